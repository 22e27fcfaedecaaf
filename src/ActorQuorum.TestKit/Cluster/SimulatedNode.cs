using System.Collections.Immutable;
using ActorQuorum.Actors;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.TestKit.Invariants;
using ActorQuorum.TestKit.Network;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>One node of a <see cref="SimulatedCluster"/>: the production actors, log and key-value store on a simulated host, disk and network.</summary>
public sealed partial class SimulatedNode
{
    private readonly Simulation _simulation;
    private readonly SimulatedNetwork _network;
    private NodeOptions _options;
    private readonly ILogger _logger;
    private readonly InvariantSet _invariants;
    private NodeClock _clock;
    private SimulatedHost? _host;
    private NodeStorage? _storage;
    private KeyValueStore? _store;

    /// <summary>A node that is not started yet.</summary>
    internal SimulatedNode(int number, Simulation simulation, SimulatedNetwork network, NodeOptions options, InvariantSet invariants, ILogger logger)
    {
        Number = number;
        _simulation = simulation;
        _network = network;
        _options = options;
        _invariants = invariants;
        _logger = logger;
        _clock = new(simulation);
        Identity = ClusterIdentity.Of(options);
        Disk = new(simulation.Random.Next());
    }

    /// <summary>Its name.</summary>
    public string Name => _options.Name;

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => _host is { IsStopped: false };

    /// <summary>Why it stopped itself, or null.</summary>
    public Exception? Failure => _host?.Failure;

    /// <summary>The part it plays; the node must run.</summary>
    public Role Role => Core.Role;

    /// <summary>The latest term it has seen; the node must run.</summary>
    public long Term => Core.Term;

    /// <summary>The terms of its log, from its first index; the node must run.</summary>
    public IReadOnlyList<long> LogTerms =>
        [.. Enumerable.Range(0, (int)(Core.Log.LastIndex - Core.Log.BaseIndex)).Select(place => Core.Log.TermAt(Core.Log.FirstIndex + place))];

    /// <summary>The last entry that its log does not hold any more, as a snapshot stands for it; the node must run.</summary>
    public long LogBaseIndex => Core.Log.BaseIndex;

    /// <summary>The last entry that its newest durable snapshot stands for; zero without one.</summary>
    public long SnapshotIndex => Snapshot?.Head.Mark.Index ?? 0;

    /// <summary>The highest index it knows to be committed; the node must run.</summary>
    public long CommitIndex => Core.CommitIndex;

    /// <summary>The highest index it has applied; the node must run.</summary>
    public long AppliedIndex => Core.AppliedIndex;

    /// <summary>Whether it may vote and count; the node must run.</summary>
    public bool IsProven => Core.IsProven;

    /// <summary>The keys and values that it has applied; the node must run.</summary>
    public IReadOnlyDictionary<string, string> Content => StoredText.ContentOf(Store);

    /// <summary>The store's revision; the node must run.</summary>
    public long Revision => Store.Revision;

    /// <summary>The oldest revision that the store still answers for, -1 before the first compaction; the node must run.</summary>
    public long CompactedRevision => View.Compacted;

    /// <summary>A digest of all that the store still answers for, its history too; the node must run.</summary>
    public string Digest => ContentDigest.Of(View);

    /// <summary>How long its disk takes.</summary>
    public DiskLatency DiskLatency { get; set; } = DiskLatency.Fast;

    /// <summary>How late each turn of its actors may come, for want of a processor; drawn up to this, zero by default.</summary>
    public TimeSpan MostTurnDelay { get; set; }

    /// <summary>By how many parts of a million its clock runs fast; negative if slow.</summary>
    public long ClockDriftPerMillion
    {
        get => _clock.DriftPerMillion;
        set => _clock.DriftPerMillion = value;
    }

    private KeyValueView View => (KeyValueView)Store.View;

    /// <summary>Its processors; another build from its next start on.</summary>
    internal QuorumBuilder Builder { get; set; } = new();

    /// <summary>Whether its process is to stay away, whatever faults end: nobody started it, or somebody ended it for good.</summary>
    internal bool IsAway { get; set; }

    /// <summary>Its place among the nodes, from 1.</summary>
    internal int Number { get; }

    /// <summary>The number of its data directory; zero before the first start.</summary>
    internal ulong Incarnation => _storage?.Incarnation ?? 0;

    /// <summary>Who it is.</summary>
    internal ClusterIdentity Identity { get; private set; }

    /// <summary>Its number in the cluster.</summary>
    internal MemberId Id => Identity.Self.Id;

    /// <summary>Whether it keeps its log on its disk.</summary>
    internal bool IsDurable => _options.Storage == StorageKind.Disk;

    /// <summary>Whether what it says counts: its disk was not lost since it was last proven.</summary>
    internal bool IsDiskBound => Witness?.State.Proven == true;

    /// <summary>Whether there is a process, be it one that failed and has not been taken away.</summary>
    internal bool HasProcess => Actors is not null;

    /// <summary>Where its log's segments are.</summary>
    internal string LogDirectory => Storage.DataDirectory.LogDirectoryOf(_options.DataDirectory, _era);

    /// <summary>Its disk; outlives a crash.</summary>
    internal SimulatedDisk Disk { get; private set; }

    /// <summary>What its disk was told to keep; outlives a crash, but not a wiped disk.</summary>
    internal WitnessedLog? Witness { get; private set; }

    /// <summary>Its newest durable snapshot.</summary>
    internal SnapshotFile? Snapshot => _storage?.Snapshots?.Newest;

    /// <summary>The last entry that its disk holds, in the log or in a snapshot; without a disk its state is what a snapshot would be.</summary>
    internal long DurableIndex => Math.Max(Witness?.LastIndex ?? 0, IsDurable ? SnapshotIndex : AppliedIndex);

    /// <summary>Its actors, while it runs.</summary>
    internal NodeActors? Actors { get; private set; }

    /// <summary>What must hold in its cluster.</summary>
    internal InvariantSet Invariants => _invariants;

    /// <summary>Its core; the node must run.</summary>
    internal RaftCore Core => Actors?.Core ?? throw new InvalidOperationException($"{Name} does not run");

    private KeyValueStore Store => _store ?? throw new InvalidOperationException($"{Name} does not run");

    /// <summary>Starts it from what its disk holds.</summary>
    /// <exception cref="IOException">Its disk is damaged.</exception>
    internal void Start()
    {
        var drift = _clock.DriftPerMillion;
        _clock = new(_simulation) { DriftPerMillion = drift };
        var host = new SimulatedHost(_simulation, Number, _clock, () => DiskLatency, () => MostTurnDelay);
        var store = new KeyValueStore(processors: Builder.ToProcessors(Name, _logger));
        Identity = NodeIdentity.Find(Disk, _options);
        var storage = NodeStorage.Open(Disk, _options, Identity, DrawIncarnation, store);
        var log = new WitnessedLog(storage.Log, storage.Durable);
        var transport = new SimulatedTransport(
            _network, Id, Identity.Members.Select(member => member.Id).Where(id => id != Id),
            (inbox, hears) => _network.Connect(Number, Greets(storage), inbox, hears, host, _invariants), message => _invariants.Sent(this, message),
            () => Actors is { View.Core: { IsProven: false } or { Leader.IsNone: true } });
        var before = Witness;
        (_host, _storage, _store, Witness) = (host, storage, store, log);
        if (before is not null && IsDurable) _invariants.Recovered(this, before, storage.Durable);
        _invariants.Started(this, storage.Durable);
        Actors = NodeActors.Start(host, SetupOf(storage, log, store, transport));
        host.Stepped = () => _invariants.Stepped(this);
        transport.StartAsync(Actors, CancellationToken.None).GetAwaiter().GetResult();
    }

    /// <summary>Stops it as a process does that was asked to: its requests end, then its log is closed.</summary>
    internal void Stop(Action stopped)
    {
        if (Actors is not { } process) return;
        process.StopNode(Farewell.Stops, () => process.StopStorage(() => _simulation.After(TimeSpan.Zero, () =>
        {
            // Another fault may have come first.
            if (Actors == process) stopped();
        })));
    }

    /// <summary>Ends the process between two steps; what the disk was not told to keep is lost in the given way.</summary>
    internal void Crash(CrashMode mode)
    {
        _host?.Crash();
        _storage?.Dispose();
        _network.Disconnect(Id);
        Disk.Crash(mode);
        (Actors, _store) = (null, null);
        _invariants.Crashed(this);
    }

    /// <summary>Replaces the disk of a stopped node by an empty one.</summary>
    internal void WipeDisk()
    {
        _invariants.Wiped(this);
        Disk = new(_simulation.Random.Next());
        Witness = null;
        _era = 0;
    }

    /// <summary>From its next start on it is a node that joins the cluster of <paramref name="members"/>, not one that founded it.</summary>
    internal void JoinAs(ulong clusterId, IReadOnlyList<MemberInfo> members)
    {
        _options = _options with { Join = new(clusterId, Id, members) };
        Identity = ClusterIdentity.Of(_options);
    }

    /// <summary>Changes its state behind the log's back: for tests of what must notice it.</summary>
    internal void Forge(string key) => Store.Apply(0, StoredText.Put(key, "forged"));

    /// <summary>The process is swapped out for a while.</summary>
    internal void Pause(TimeSpan duration) => _host?.Pause(duration);

    private NodeSetup SetupOf(NodeStorage storage, WitnessedLog log, KeyValueStore store, SimulatedTransport transport) => new()
    {
        ClusterId = storage.ClusterId,
        Self = Identity.Self,
        Members = Identity.Members,
        IsJoining = Identity.IsJoining,
        IsReset = storage.IsReset,
        Incarnation = storage.Incarnation,
        Seed = _simulation.Random.Next(),
        Durable = storage.Durable,
        Log = log,
        Snapshots = storage.Snapshots,
        Snapshot = _options.Snapshot,
        ReserveBytes = _options.Log.ReserveBytes,
        IsDiskNearlyFull = () => Disk.FreeBytes(_options.DataDirectory) < _options.Log.ReserveBytes,
        Machine = store,
        Transport = transport,
        Election = _options.Election,
        Limits = _options.Limits,
        Logger = _logger,
    };

    /// <summary>What a hello says of it, and by which it judges those of others.</summary>
    private PeerTransportOptions Greets(NodeStorage storage) => new()
    {
        ClusterId = storage.ClusterId,
        Self = Id,
        Name = Name,
        Incarnation = storage.Incarnation,
        Listen = Identity.Self.PeerAddress,
        Peers = ImmutableSortedDictionary<MemberId, PeerAddress>.Empty,
    };

    /// <summary>Incarnations rise with virtual time, as they do with the real one.</summary>
    private ulong DrawIncarnation() => ((ulong)_simulation.Now.Ticks << 10) | (_simulation.Random.Next() & 1023) | 1;
}
