using System.Globalization;
using ActorQuorum.TestKit;
using ActorQuorum.TestKit.Voting;

namespace ActorQuorum.Cli.Simulations;

/// <summary>Runs many seeds of the constant election, one a core at a time, up to the first that fails; and says what they came to.</summary>
internal sealed class VotingBatch(VotingSimulationOptions template, SeedRange seeds)
{
    private readonly Lock _gate = new();
    private readonly VotingReached _reached = new();
    private TimeSpan _virtual;
    private TimeSpan _longestPeace;
    private long _done;
    private FailedSeed? _failed;
    private VotingSimulationReport? _last;

    /// <summary>Runs them.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var before = DateTime.UtcNow;
        await Task.Run(() => RunAll(cancellationToken), cancellationToken);
        Summarize((DateTime.UtcNow - before).TotalSeconds);
        if (_failed is not { } failed) return ExitCode.Ok;
        Explain(failed);
        return ExitCode.Failed;
    }

    private void RunAll(CancellationToken cancellationToken)
    {
        var next = seeds.First - 1;
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, Math.Min(Environment.ProcessorCount, seeds.Count), options, _ =>
        {
            while (_failed is null && !cancellationToken.IsCancellationRequested)
            {
                var seed = Interlocked.Increment(ref next);
                if (seed > seeds.Last) return;
                RunOne(seed);
            }
        });
    }

    private void RunOne(ulong seed)
    {
        try
        {
            var report = new VotingSimulationRun(template with { Seed = seed }).Execute();
            lock (_gate)
            {
                _reached.Add(report.Reached);
                _virtual += report.Virtual;
                if (report.Peace > _longestPeace) _longestPeace = report.Peace;
                _last = report;
            }
        }
#pragma warning disable CA1031 // Whatever a seed brings to light is that seed's failure.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            lock (_gate)
                if (_failed is null || seed < _failed.Seed)
                    _failed = new(seed, broken is BrokenPromiseException ? broken.Message : broken.ToString());
        }

        Interlocked.Increment(ref _done);
    }

    private void Summarize(double seconds)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{_done} of {seeds.Count} seeds ({seeds.First}..{seeds.Last}), {_virtual.TotalSeconds / Math.Max(seconds, 0.001):F0} virtual seconds a second"));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"reached: {_reached.Masterships} masterships, {_reached.StepDowns} step-downs, {_reached.LeasesLost} of them as time was up, {_reached.Formations} formations, "
            + $"{_reached.GoingsOver} nodes gone over, {_reached.Waits} waits for a majority, {_reached.MinorityStops} stops in a minority, {_reached.SplitStops} in a split, "
            + $"{_reached.Dispatches} dispatched, {_reached.NamesRefused} of a name taken, {_reached.Faults} faults, {_reached.Messages} messages; "
            + $"longest until all agreed in peace: {_longestPeace.TotalSeconds:F1} s"));
        if (seeds.Count == 1 && _last is { } report) Console.WriteLine($"trace hash {report.TraceHash:x16} after {report.Steps} steps");
    }

    /// <summary>The run is deterministic, so it is run once more for its last events in words.</summary>
    private void Explain(FailedSeed failed)
    {
        Console.WriteLine($"seed {failed.Seed} broke a promise: {failed.Reason}");
        var run = new VotingSimulationRun(template with { Seed = failed.Seed, Trace = TextWriter.Null });
        try
        {
            run.Execute();
            Console.WriteLine("it did not break when run again: the run is not deterministic, which is a defect of its own");
        }
#pragma warning disable CA1031 // The same failure again: only the events before it are of interest.
        catch (Exception)
#pragma warning restore CA1031
        {
            Console.WriteLine("the last events:");
            foreach (var line in run.LastEvents) Console.WriteLine("  " + line);
            Console.WriteLine(run.Describe());
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"replay: actorquorum simulate --protocol constant --seed {failed.Seed} --nodes {template.Nodes} --duration {template.Duration.TotalSeconds}"));
    }
}
