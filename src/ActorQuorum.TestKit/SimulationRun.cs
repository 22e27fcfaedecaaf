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

    /// <summary>Whether the history is compacted now and then. It changes what a seed does, so those that are on record run without.</summary>
    public bool Compacts { get; init; }

    /// <summary>Whether nodes take snapshots, at thresholds that the seed draws, and some are damaged or cut on their way.</summary>
    public bool Snapshots { get; init; }

    /// <summary>Whether members come and go: nodes are attached, join late, with lost disks or never, are promoted, detached and attached again.</summary>
    public bool Changes { get; init; }

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
    private const long LeastCatchUpRateBytes = 8 << 10;
    private const int CatchUpRateDoublings = 8;
    private const double PeaceSeconds = 30;
    private const int RevisionsKept = 10;
    private const int FewestEntries = 20;
    private const int EntriesDoublings = 6;
    private const int MostTrailing = 60;
    private const int FewHeld = 20;
    private const int HeldDoublings = 10;
    private const int RateDoublings = 10;
    private const int LeastChunkBytes = 128;
    private const int ChunkDoublings = 6;
    private const int MostBulkCuts = 60;
    private const int MostDamaged = 60;
    private const int MostMisread = 60;
    private static readonly TimeSpan s_compactionPause = TimeSpan.FromMilliseconds(700);
    private readonly SimulationOptions _options;
    private readonly List<Operation<KeyValueInput, KeyValueOutput>> _history = [];
    private readonly List<SimulatedClient> _clients = [];
    private int _compactions;

    /// <summary>Makes the cluster; nothing runs yet.</summary>
    /// <param name="options">What the run is made of.</param>
    public SimulationRun(SimulationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        var limits = DrawLimits(options.Seed);
        var snapshots = options.Snapshots ? DrawSnapshots(options.Seed) : null;
        Cluster = new(options.Nodes, options.Seed, node => limits(snapshots is null ? node : node with { Snapshot = snapshots }));
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

        if (_options.Snapshots) DisturbSnapshots();
        if (_options.Compacts) Cluster.Simulation.After(s_compactionPause, Compact);
        var nemesis = new Nemesis(Cluster, _options.Seed, _options.Faults);
        Faults = nemesis.Faults;
        var changes = _options.Changes ? new MemberChanges(Cluster, _options.Seed) : null;
        Cluster.RunFor(_options.Duration);
        changes?.Stop();
        nemesis.Stop();
        (Cluster.Network.BulkCutPerThousand, Cluster.Network.DamagedPerThousand, Cluster.Network.MisreadPerThousand) = (0, 0, 0);
        ComeToRest();
        DemandLinearizable();
        return new(_options.Seed, Cluster.TraceHash, Cluster.Now, Cluster.Steps, Cluster.Reached);
    }

    /// <summary>
    /// Half of the seeds send a backlog in many small messages, and apply it in small pieces: by default one of each holds all that a run of this
    /// length ever lacks. Segments of the log are small enough that most runs fill several, and who is behind gets the log so slowly that the bound is felt.
    /// </summary>
    private static Func<NodeOptions, NodeOptions> DrawLimits(ulong seed)
    {
        var random = new SplitMix64(seed ^ 0x51A1_1E57);
        var segmentSizeBytes = LeastSegmentBytes << (int)random.Below(SegmentDoublings);
        var rateBytes = LeastCatchUpRateBytes << (int)new SplitMix64(seed ^ 0xCA7C_0ADB).Below(CatchUpRateDoublings);
        NodeOptions WithSegments(NodeOptions node) => node with
        {
            Log = node.Log with { SegmentSizeBytes = segmentSizeBytes }, Limits = node.Limits with { CatchUpRateBytes = rateBytes },
        };
        if (random.Below(2) == 0) return WithSegments;
        var sizeBytes = 1 + (int)random.Below(MostSmallBytes);
        var window = 1 + (int)random.Below(MostSmallWindow);
        var applies = 1 + (int)random.Below(MostSmallWindow);
        return node => WithSegments(node) with { Limits = node.Limits with { AppendSizeBytes = sizeBytes, AppendWindow = window, ApplyWindow = applies } };
    }

    /// <summary>
    /// Small enough that a run takes many; so few trailing entries, mostly, that whoever was away for a moment needs one; and sometimes so few that
    /// are held for it meanwhile that it needs another.
    /// </summary>
    private static SnapshotOptions DrawSnapshots(ulong seed)
    {
        var random = new SplitMix64(seed ^ 0x5A4B_5407);
        return new()
        {
            Entries = FewestEntries << (int)random.Below(EntriesDoublings),
            SizeBytes = LeastSegmentBytes << (int)random.Below(SegmentDoublings),
            TrailingEntries = (int)random.Below(MostTrailing),
            RateBytes = LeastSegmentBytes << (int)random.Below(RateDoublings),
            ChunkSizeBytes = LeastChunkBytes << (int)random.Below(ChunkDoublings),
            HeldEntries = FewHeld << (int)random.Below(HeldDoublings),
        };
    }

    private void DisturbSnapshots()
    {
        var random = new SplitMix64(_options.Seed ^ 0xD157_0BED);
        Cluster.Network.BulkCutPerThousand = (int)random.Below(MostBulkCuts);
        Cluster.Network.DamagedPerThousand = (int)random.Below(MostDamaged);

        // Each costs a whole snapshot: half of the seeds let them be.
        Cluster.Network.MisreadPerThousand = random.Below(2) == 0 ? 0 : (int)random.Below(MostMisread);
    }

    private void Compact()
    {
        if (_clients[0].IsStopped) return;
        var node = Cluster.Nodes[_compactions++ % Cluster.Nodes.Count];
        if (node.IsRunning) Cluster.Compact(node, node.Revision - RevisionsKept);
        Cluster.Simulation.After(s_compactionPause, Compact);
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
            if (_options.Changes) Cluster.RunUntilSettled(PeaceSeconds);
            Cluster.RunUntilConverged(PeaceSeconds);
            Cluster.RunUntil(() => Cluster.Members.All(node => node.IsProven), "every node may vote again", PeaceSeconds);
            if (_options.Changes) Cluster.RunUntilConverged(PeaceSeconds);
        }
        catch (TimeoutException late)
        {
            throw new BrokenPromiseException("Liveness", late.Message);
        }

        var contents = Cluster.Members.Select(node => string.Join(' ', node.Content.OrderBy(pair => pair.Key, StringComparer.Ordinal))).Distinct().ToArray();
        if (contents.Length > 1) throw new BrokenPromiseException("SameState", string.Join("\n", contents));

        // Revisions and what is left of the history too.
        var digests = Cluster.Members.Select(node => $"{node.Digest} at {node.Revision}, compacted {node.CompactedRevision}").Distinct().ToArray();
        if (digests.Length > 1) throw new BrokenPromiseException("SameState", string.Join("\n", digests));
    }
}
