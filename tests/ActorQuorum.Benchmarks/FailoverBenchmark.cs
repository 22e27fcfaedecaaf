using System.Diagnostics;
using ActorQuorum.Cli.Client;

namespace ActorQuorum.Benchmarks;

/// <summary>kill -9 of the leader, until a write of a client that asks the two others succeeds.</summary>
internal static class FailoverBenchmark
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(1);

    public static async Task RunAsync(int kills)
    {
        var seconds = new List<double>();
        using var cluster = new QuorumProcesses();
        await cluster.StartAsync();
        for (var kill = 0; kill < kills; kill++)
        {
            var leader = await cluster.LeaderAsync();
            var others = Enumerable.Range(0, 3).Where(i => i != leader).Select(i => new Endpoint(cluster.Endpoints[i])).ToArray();
            foreach (var other in others) await ThreeProcesses.PutAsync(other, "before", Patience);
            cluster.Kill(leader);
            seconds.Add(await UntilWrittenAsync(others));
            foreach (var other in others) other.Dispose();
            cluster.Start(leader);
            using (var back = new Endpoint(cluster.Endpoints[leader]))
            {
                while (!await SucceedsAsync(back, Settle)) await Task.Delay(50);
            }

            await Task.Delay(Settle);
        }

        Report.Line(
            $"failover, {kills} kills of the leader: median {Report.Median(seconds):0.000} s, p95 {Report.Percentile(seconds, 0.95):0.000} s, max {seconds.Max():0.000} s");
    }

    private static async Task<double> UntilWrittenAsync(Endpoint[] others)
    {
        var began = Stopwatch.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            if (await SucceedsAsync(others[attempt % others.Length], Patience)) return Stopwatch.GetElapsedTime(began).TotalSeconds;
            if (Stopwatch.GetElapsedTime(began) > Patience * 3) throw new TimeoutException("no write succeeds any more");
        }
    }

    private static async Task<bool> SucceedsAsync(Endpoint endpoint, TimeSpan patience)
    {
        try
        {
            await ThreeProcesses.PutAsync(endpoint, "after", patience);
            return true;
        }
        catch (CallFailedException)
        {
            return false;
        }
    }
}
