using System.Diagnostics;
using System.Globalization;
using ActorQuorum.TestKit;

namespace ActorQuorum.Benchmarks;

/// <summary>Virtual seconds a real second, on one core: five nodes, all faults, default timeouts, clients at 100 operations a virtual second.</summary>
internal static class SimulatorBenchmark
{
    private const int WarmUpSeeds = 5;
    private const int SeedsPerRound = 10;
    private const int Rounds = 5;

    public static void Run()
    {
        Measure(1, WarmUpSeeds);
        var rates = new List<double>();
        for (var round = 0; round < Rounds; round++) rates.Add(Measure((ulong)(1000 + (round * SeedsPerRound)), SeedsPerRound));
        rates.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"simulator: median {rates[Rounds / 2]:F0} virtual seconds a second of one core ({rates[0]:F0} to {rates[^1]:F0}, {Rounds} rounds of {SeedsPerRound} seeds)"));
    }

    /// <summary>By processor time, as other programs share the machine.</summary>
    private static double Measure(ulong first, int seeds)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var simulated = TimeSpan.Zero;
        for (var seed = first; seed < first + (ulong)seeds; seed++)
            simulated += new SimulationRun(new() { Seed = seed }).Execute().Virtual;
        return simulated / (Process.GetCurrentProcess().TotalProcessorTime - before);
    }
}
