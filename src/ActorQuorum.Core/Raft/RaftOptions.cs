using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>What one member of one group is configured with.</summary>
internal sealed record RaftOptions
{
    /// <summary>The Raft group.</summary>
    public int Group { get; init; }

    /// <summary>This member.</summary>
    public required MemberId Self { get; init; }

    /// <summary>This member's data directory; greater than that of any directory it had before.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>The first members, this one among them, in ascending order; none for a node that joins.</summary>
    public required ImmutableArray<MemberId> Members { get; init; }

    /// <summary>
    /// Whether this member joins a cluster that is there: it founds none, and learns who its cluster is from the log or a snapshot only.
    /// </summary>
    public bool IsJoining { get; init; }

    /// <summary>This member's own name and addresses, told to the leader that binds it.</summary>
    public MemberContact Contact { get; init; } = MemberContact.Unknown;

    /// <summary>Names and addresses of the first members, from the files: written into the log where it does not say.</summary>
    public ImmutableArray<Newcomer> Contacts { get; init; } = [];

    /// <summary>How often a leader makes itself heard.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Election deadlines are drawn from this to twice this (Raft §5.2).</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>The seed of this node's election deadlines.</summary>
    public ulong Seed { get; init; }

    /// <summary>The most entry bytes in one AppendEntries; one entry always fits.</summary>
    public int AppendSizeBytes { get; init; } = 1 << 20;

    /// <summary>The most AppendEntries under way to one follower.</summary>
    public int AppendWindow { get; init; } = 64;

    /// <summary>
    /// The most bytes of committed entries a second that are sent to all followers that lack them while the cluster can do without these
    /// followers; or twice what the log grows by, if that is more.
    /// </summary>
    public long CatchUpRateBytes { get; init; } = 8L << 20;

    /// <summary>The most bytes of entries in one AppendEntries of those.</summary>
    public int CatchUpPieceBytes { get; init; } = 128 << 10;

    /// <summary>The most entries handed to the state machine and not yet applied.</summary>
    public int ApplyWindow { get; init; } = 8192;

    /// <summary>The most entry bytes in a leader's log that are not committed; proposals beyond are refused.</summary>
    public long UncommittedSizeBytes { get; init; } = 1L << 30;

    /// <summary>How many entries before a snapshot are kept, so that a follower that is a little behind needs no snapshot.</summary>
    public long TrailingEntries { get; init; } = 10_000;

    /// <summary>The most bytes that those entries hold.</summary>
    public long TrailingSizeBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How many entries before a snapshot are kept at most for followers that one is on its way to, or that catch up behind one; beyond, they
    /// need another.
    /// </summary>
    public long HeldEntries { get; init; } = 2_000_000;

    /// <summary>The most bytes that those entries hold.</summary>
    public long HeldSizeBytes { get; init; } = 1L << 30;
}

/// <summary>What a node finds on its disk when it starts.</summary>
/// <param name="State">Term, vote and identity.</param>
/// <param name="Entries">The log, without gaps from behind <see cref="Base"/>.</param>
internal sealed record DurableState(HardState State, IReadOnlyList<Entry> Entries)
{
    /// <summary>Where the log begins.</summary>
    public LogBase Base { get; init; } = new(0, 0, IsReset: false);

    /// <summary>The snapshot that the state machine was restored from; it may reach behind the log's end if the node died while it was installed.</summary>
    public SnapshotMark Snapshot { get; init; } = SnapshotMark.None;

    /// <summary>Index of the last entry; the base's if there is none.</summary>
    public long LastIndex => Base.Index + Entries.Count;

    /// <summary>Term of the last entry; the base's if there is none.</summary>
    public long LastTerm => Entries.Count > 0 ? Entries[^1].Term : Base.Term;

    /// <summary>The latest configuration that stands in the snapshot or behind it; empty if there is none.</summary>
    public Membership LatestMembership() => Snapshot.After([.. Entries.Where(entry => entry.Index > Snapshot.Index)]).Membership;

    /// <summary>An empty disk.</summary>
    public static DurableState Empty { get; } = new(HardState.Initial, []);
}
