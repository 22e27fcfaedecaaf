using System.Diagnostics;
using ActorQuorum.TestKit;
using ActorQuorum.TestKit.Invariants;

namespace ActorQuorum.Cli.Simulations;

/// <summary>A seed that broke a promise.</summary>
internal sealed record FailedSeed(ulong Seed, string Reason);

/// <summary>Runs many seeds, one a core at a time; each run is one thread, so its outcome depends on its seed alone.</summary>
internal sealed class SimulationBatch(SimulationOptions template, Predicate<ulong> changesMembers, SeedRange seeds)
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private TimeSpan _virtual;
    private long _done;

    /// <summary>What all runs reached together.</summary>
    public ReachedCounts Reached { get; } = new();

    /// <summary>The lowest seed that failed among those that ran, or null.</summary>
    public FailedSeed? Failed { get; private set; }

    /// <summary>How many seeds are done.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>The last run's report.</summary>
    public SimulationReport? Last { get; private set; }

    /// <summary>Virtual seconds a real second so far.</summary>
    public double Rate
    {
        get
        {
            lock (_gate) return _virtual.TotalSeconds / Math.Max(_clock.Elapsed.TotalSeconds, 0.001);
        }
    }

    /// <summary>What the run of a seed is made of.</summary>
    public SimulationOptions OptionsOf(ulong seed) => template with { Seed = seed, Changes = changesMembers(seed) };

    /// <summary>Runs all seeds, up to the first that fails.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            var next = seeds.First - 1;
            var options = new ParallelOptions { CancellationToken = cancellationToken };
            Parallel.For(0, Math.Min(Environment.ProcessorCount, seeds.Count), options, _ =>
            {
                while (Failed is null && !cancellationToken.IsCancellationRequested)
                {
                    var seed = Interlocked.Increment(ref next);
                    if (seed > seeds.Last) return;
                    RunOne(seed);
                }
            });
        },
        cancellationToken);

    private void RunOne(ulong seed)
    {
        try
        {
            var report = new SimulationRun(OptionsOf(seed)).Execute();
            lock (_gate)
            {
                Reached.Add(report.Reached);
                _virtual += report.Virtual;
                Last = report;
            }
        }
#pragma warning disable CA1031 // Whatever a seed brings to light is that seed's failure.
        catch (Exception broken)
#pragma warning restore CA1031
        {
            lock (_gate)
                if (Failed is null || seed < Failed.Seed)
                    Failed = new(seed, broken is BrokenPromiseException ? broken.Message : broken.ToString());
        }

        Interlocked.Increment(ref _done);
    }
}
