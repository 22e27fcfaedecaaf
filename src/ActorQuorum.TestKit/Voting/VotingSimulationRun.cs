using System.Collections.Immutable;
using ActorQuorum.Core;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.TestKit.Voting;

/// <summary>What a run of the constant election is made of.</summary>
public sealed record VotingSimulationOptions
{
    /// <summary>The run's only source of chance.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How many nodes.</summary>
    public int Nodes { get; init; } = 5;

    /// <summary>How long faults go on, in virtual time.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The faults to draw from.</summary>
    public ImmutableArray<VotingFaultKind> Faults { get; init; } = VotingNemesis.All;

    /// <summary>Where every event is written as text; null for nowhere.</summary>
    public TextWriter? Trace { get; init; }
}

/// <summary>What a run of the constant election came to.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="TraceHash">The hash of everything that happened.</param>
/// <param name="Virtual">How long it took in virtual time.</param>
/// <param name="Peace">How long it took from the end of the faults until all agreed.</param>
/// <param name="Steps">How many turns and events ran.</param>
/// <param name="Reached">What was reached.</param>
public sealed record VotingSimulationReport(ulong Seed, ulong TraceHash, TimeSpan Virtual, TimeSpan Peace, long Steps, VotingReached Reached);

/// <summary>
/// One run of the constant election: faults for a while, with every invariant checked at every step (safety); then peace, in which all nodes must
/// come to follow one master within a bounded time (liveness).
/// </summary>
public sealed class VotingSimulationRun
{
    private const double PeaceSeconds = 40;
    private static readonly TimeSpan s_sweep = TimeSpan.FromMilliseconds(500);
    private readonly VotingSimulationOptions _options;
    private readonly SplitMix64 _random;

    /// <summary>Makes the nodes; nothing runs yet.</summary>
    /// <param name="options">What the run is made of.</param>
    public VotingSimulationRun(VotingSimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _random = new(options.Seed ^ 0xE1EC_7104);
        Cluster = new(options.Seed);
        Cluster.Simulation.Trace.Writer = options.Trace;
    }

    /// <summary>The last events, as far as they are noted in words.</summary>
    public IReadOnlyCollection<string> LastEvents => Cluster.Simulation.Trace.Latest;

    /// <summary>The nodes, to look at after a failure.</summary>
    internal VotingCluster Cluster { get; }

    /// <summary>All nodes in words.</summary>
    /// <returns>A line a node.</returns>
    public string Describe() => Cluster.Describe();

    /// <summary>Runs it whole.</summary>
    /// <returns>What it came to.</returns>
    /// <exception cref="BrokenPromiseException">A promise was broken.</exception>
    public VotingSimulationReport Execute()
    {
        var metric = (VotingMetric)_random.Below(2);
        var onMinority = (OnMinority)_random.Below(2);
        VotingOptions Configure(VotingOptions options) => options with { Metric = metric, OnMinority = onMinority };
        for (var i = 1; i <= _options.Nodes; i++)
        {
            Cluster.Start($"n{i}", 8000 + (int)_random.Below(1000), Configure);
            if (_random.Below(4) == 0) Cluster.Simulation.RunFor(_random.Between(TimeSpan.Zero, TimeSpan.FromSeconds(4)));
        }

        var nemesis = new VotingNemesis(Cluster, _options.Seed, _options.Faults, Configure);
        Cluster.Simulation.RunFor(_options.Duration);
        nemesis.Stop();
        var peace = ComeToRest(nemesis);
        Cluster.Reached.Messages = Cluster.Network.SentBy.Values.Sum();
        return new(_options.Seed, Cluster.Simulation.Trace.Hash, Cluster.Now, peace, Cluster.Simulation.Steps, Cluster.Reached);
    }

    private TimeSpan ComeToRest(VotingNemesis nemesis)
    {
        var from = Cluster.Now;
        while (Cluster.Now - from < TimeSpan.FromSeconds(PeaceSeconds))
        {
            nemesis.StartMissing();
            if (Cluster.Simulation.RunUntil(IsAtRest, s_sweep)) return Cluster.Now - from;
        }

        throw new BrokenPromiseException("Liveness", $"not within {PeaceSeconds} virtual seconds of peace: one master for all\n{Cluster.Describe()}");
    }

    private long _lookedAt;

    /// <summary>It is dear to ask at every step.</summary>
    private bool IsAtRest()
    {
        if (Cluster.Simulation.Steps < _lookedAt) return false;
        _lookedAt = Cluster.Simulation.Steps + 50;
        return Cluster.Running.Select(voter => voter.Name).Distinct().Count() == Cluster.Running.Count()
            && Cluster.Running.Count() == Cluster.Voters.Select(voter => voter.Name).Distinct().Count() && Cluster.IsAgreed();
    }
}
