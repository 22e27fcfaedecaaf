using ActorQuorum.Voting;

namespace ActorQuorum.Configuration;

/// <summary>Where a node keeps its log.</summary>
public enum StorageKind
{
    /// <summary>A write-ahead log in the data directory.</summary>
    Disk,

    /// <summary>Memory only: a restart is a new incarnation, which does not vote before it has caught up.</summary>
    Memory,
}

/// <summary>A first member of the cluster, as the configuration names it.</summary>
/// <param name="Name">The member's name, unique in the cluster.</param>
/// <param name="Peer">host:port where the other members reach it.</param>
/// <param name="Client">host:port where clients reach it.</param>
public sealed record MemberOptions(string Name, string Peer, string Client);

/// <summary>All settings of one node; <c>reference.conf</c> holds each default, its unit and why it is so.</summary>
public sealed record NodeOptions
{
    /// <summary>Which of the members this node is (<c>node.name</c>).</summary>
    public required string Name { get; init; }

    /// <summary>The data directory (<c>node.data-dir</c>); unused with <see cref="StorageKind.Memory"/>.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the log is kept (<c>storage.kind</c>).</summary>
    public StorageKind Storage { get; init; } = StorageKind.Disk;

    /// <summary>The cluster's name (<c>cluster.id</c>).</summary>
    public required string ClusterName { get; init; }

    /// <summary>The first members (<c>cluster.members</c>), in the order of their names.</summary>
    public required IReadOnlyList<MemberOptions> Members { get; init; }

    /// <summary>The cluster that the node joins; null if it is a founder, or if its data directory says which it joined.</summary>
    public ClusterJoin? Join { get; init; }

    /// <summary>Timers of elections (<c>election</c>).</summary>
    public ElectionOptions Election { get; init; } = new();

    /// <summary>How nodes of a constant election find each other (<c>discovery</c>).</summary>
    public DiscoveryOptions Discovery { get; init; } = new();

    /// <summary>Bounds on everything (<c>limits</c>).</summary>
    public LimitOptions Limits { get; init; } = new();

    /// <summary>The write-ahead log (<c>storage</c>).</summary>
    public StorageOptions Log { get; init; } = new();

    /// <summary>Snapshots (<c>snapshot</c>).</summary>
    public SnapshotOptions Snapshot { get; init; } = new();

    /// <summary>What runs the node's actors (<c>runtime</c>).</summary>
    public NodeRuntime Runtime { get; init; } = NodeRuntime.Pool;

    /// <summary>Where the node's metrics go (<c>metrics</c>).</summary>
    public MetricsOptions Metrics { get; init; } = new();

    /// <summary>What runs where leadership comes and goes (<c>roles</c>).</summary>
    public RoleOptions Roles { get; init; } = new();

    /// <summary>What the node tells of itself, and where (<c>logging</c>).</summary>
    public LoggingOptions Logging { get; init; } = new();
}

/// <summary>Timers of elections.</summary>
public sealed record ElectionOptions
{
    /// <summary>Which protocol elects (<c>election.protocol</c>).</summary>
    public ElectionProtocol Protocol { get; init; } = ElectionProtocol.Raft;

    /// <summary>How often a leader makes itself heard (<c>election.heartbeat</c>).</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a follower waits at least for its leader; drawn from this to twice this (<c>election.timeout</c>).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How a constant election goes (<c>election.constant</c>).</summary>
    public VotingElectionOptions Constant { get; init; } = new();
}

/// <summary>The write-ahead log's settings.</summary>
public sealed record StorageOptions
{
    /// <summary>A segment is closed once it has this size (<c>storage.segment-size</c>).</summary>
    public long SegmentSizeBytes { get; init; } = 64L << 20;

    /// <summary>Writes are refused while less than this is free on the disk (<c>storage.reserve</c>).</summary>
    public long ReserveBytes { get; init; } = 64L << 20;
}

/// <summary>Bounds: past a limit comes a clear error, and nothing is lost.</summary>
public sealed record LimitOptions
{
    /// <summary>The largest command (<c>limits.request-size</c>); etcd's 1.5 MiB.</summary>
    public int RequestSizeBytes { get; init; } = 3 << 19;

    /// <summary>The largest frame between peers (<c>limits.frame-size</c>).</summary>
    public int FrameSizeBytes { get; init; } = 8 << 20;

    /// <summary>The most client requests that may wait on a node (<c>limits.pending-requests</c>).</summary>
    public int PendingRequests { get; init; } = 8192;

    /// <summary>The most bytes of client requests that may wait on a node (<c>limits.pending-size</c>).</summary>
    public long PendingSizeBytes { get; init; } = 64L << 20;

    /// <summary>How long a client request may wait (<c>limits.request-timeout</c>).</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(7);

    /// <summary>The most entry bytes in one AppendEntries (<c>limits.append-size</c>).</summary>
    public int AppendSizeBytes { get; init; } = 1 << 20;

    /// <summary>The most AppendEntries under way to one follower (<c>limits.append-window</c>).</summary>
    public int AppendWindow { get; init; } = 64;

    /// <summary>The most bytes a second that members which are behind are sent of the log, unless the cluster waits for them (<c>limits.catch-up-rate</c>).</summary>
    public long CatchUpRateBytes { get; init; } = 8L << 20;

    /// <summary>The most committed entries handed to the state machine and not yet applied (<c>limits.apply-window</c>).</summary>
    public int ApplyWindow { get; init; } = 8192;

    /// <summary>The most messages an actor handles in one turn (<c>limits.turn</c>).</summary>
    public int TurnMessages { get; init; } = 1024;

    /// <summary>The most messages of one peer that wait undelivered, in or out (<c>limits.peer-queue</c>).</summary>
    public int PeerQueue { get; init; } = 4096;
}
