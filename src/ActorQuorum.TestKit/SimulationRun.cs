using System.Collections.Immutable;
using ActorQuorum.Configuration;
using ActorQuorum.Core;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Faults;
using ActorQuorum.TestKit.Invariants;
using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;

namespace ActorQuorum.TestKit;

/// <summary>What a run is made of.</summary>
public sealed record SimulationOptions
{
    /// <summary>The run's only source of chance.</summary>
    public required ulong Seed { get; init; }

    /// <summary>How many nodes.</summary>
    public int Nodes { get; init; } = 5;

    /// <summary>How long faults go on, in virtual time.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The faults to draw from.</summary>
    public ImmutableArray<FaultKind> Faults { get; init; } = Nemesis.All;

    /// <summary>Operations that all clients together begin in a virtual second.</summary>
    public int OperationsPerSecond { get; init; } = 100;

    /// <summary>Where every event is written as text; null for nowhere.</summary>
    public TextWriter? Trace { get; init; }
}

/// <summary>What a run came to.</summary>
/// <param name="Seed">Its seed.</param>
/// <param name="TraceHash">The hash of everything that happened.</param>
/// <param name="Virtual">How long it took in virtual time.</param>
/// <param name="Steps">How many turns and events ran.</param>
/// <param name="Reached">What was reached.</param>
public sealed record SimulationReport(ulong Seed, ulong TraceHash, TimeSpan Virtual, long Steps, ReachedCounts Reached);

/// <summary>
/// One run: clients and faults for a while, with every invariant checked at every step (safety); then peace, in which a leader must stand, every
/// request must end and all nodes must agree within a bounded time (liveness); then the clients' history must be linearizable.
/// </summary>
public sealed class SimulationRun
{
    private const int FewestClients = 5;
    private const int ClientDoublings = 4;
    private const long LeastSegmentBytes = 16 << 10;
    private const int SegmentDoublings = 8;
    private const int MostSmallBytes = 500;
    private const int MostSmallWindow = 8;
    private const double PeaceSeconds = 30;
    private readonly SimulationOptions _options;
    private readonly List<Operation<KeyValueInput, KeyValueOutput>> _history = [];
    private readonly List<SimulatedClient> _clients = [];

    /// <summary>Makes the cluster; nothing runs yet.</summary>
    /// <param name="options">What the run is made of.</param>
    public SimulationRun(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Cluster = new(options.Nodes, options.Seed, DrawLimits(options.Seed));
        Cluster.WriteTraceTo(options.Trace);
    }

    /// <summary>The cluster, to look at after a failure.</summary>
    public SimulatedCluster Cluster { get; }

    /// <summary>What the clients saw so far.</summary>
    public IReadOnlyList<Operation<KeyValueInput, KeyValueOutput>> History => _history;

    /// <summary>The faults that this seed left on, once it runs.</summary>
    public ImmutableArray<FaultKind> Faults { get; private set; } = [];

    /// <summary>The verdict on the history, once it was reached; its picture shows where it went wrong.</summary>
    public LinearizabilityResult? Linearizability { get; private set; }

    /// <summary>Runs it whole.</summary>
    /// <returns>What it came to.</returns>
    /// <exception cref="BrokenPromiseException">The cluster broke a promise.</exception>
    public SimulationReport Execute()
    {
        var random = new SplitMix64(_options.Seed ^ 0xC11E_4275);
        var clients = FewestClients << (int)random.Below(ClientDoublings);
        for (var number = 1; number <= clients; number++)
        {
            _clients.Add(new(Cluster, random, number, TimeSpan.FromSeconds((double)clients / _options.OperationsPerSecond), _history));
            _clients[^1].Start();
        }

        var nemesis = new Nemesis(Cluster, _options.Seed, _options.Faults);
        Faults = nemesis.Faults;
        Cluster.RunFor(_options.Duration);
        nemesis.Stop();
        ComeToRest();
        DemandLinearizable();
        return new(_options.Seed, Cluster.TraceHash, Cluster.Now, Cluster.Steps, Cluster.Reached);
    }

    /// <summary>
    /// Half of the seeds send a backlog in many small messages, and apply it in small pieces: by default one of each holds all that a run of this
    /// length ever lacks. Segments of the log are small enough that most runs fill several.
    /// </summary>
    private static Func<NodeOptions, NodeOptions> DrawLimits(ulong seed)
    {
        var random = new SplitMix64(seed ^ 0x51A1_1E57);
        var segmentSizeBytes = LeastSegmentBytes << (int)random.Below(SegmentDoublings);
        NodeOptions WithSegments(NodeOptions node) => node with { Log = node.Log with { SegmentSizeBytes = segmentSizeBytes } };
        if (random.Below(2) == 0) return WithSegments;
        var sizeBytes = 1 + (int)random.Below(MostSmallBytes);
        var window = 1 + (int)random.Below(MostSmallWindow);
        var applies = 1 + (int)random.Below(MostSmallWindow);
        return node => WithSegments(node) with { Limits = node.Limits with { AppendSizeBytes = sizeBytes, AppendWindow = window, ApplyWindow = applies } };
    }

    private void DemandLinearizable()
    {
        Linearizability = LinearizabilityChecker.Check(new KeyValueModel(), _history);
        if (!Linearizability.IsLinearizable) throw new BrokenPromiseException("Linearizability", Linearizability.ToString());
    }

    private void ComeToRest()
    {
        try
        {
            Cluster.RunUntilLeader(PeaceSeconds);
            foreach (var client in _clients) client.IsStopped = true;
            Cluster.RunUntil(() => _clients.TrueForAll(client => !client.IsBusy), "every request has ended", PeaceSeconds);
            Cluster.RunUntilConverged(PeaceSeconds);
            Cluster.RunUntil(() => Cluster.Nodes.All(node => node.IsProven), "every node may vote again", PeaceSeconds);
        }
        catch (TimeoutException late)
        {
            throw new BrokenPromiseException("Liveness", late.Message);
        }

        var contents = Cluster.Nodes.Select(node => string.Join(' ', node.Content.OrderBy(pair => pair.Key, StringComparer.Ordinal))).Distinct().ToArray();
        if (contents.Length > 1) throw new BrokenPromiseException("SameState", string.Join("\n", contents));
    }
}
