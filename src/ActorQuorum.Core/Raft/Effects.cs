using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>A proposal stands in this leader's log; whether it is committed is not yet known.</summary>
/// <param name="RequestId">The caller's number for it.</param>
/// <param name="Index">Where it stands.</param>
/// <param name="Term">The term it was appended in: the command took effect if, and only if, this entry is applied.</param>
internal readonly record struct Accepted(long RequestId, long Index, long Term);

/// <summary>A request that this node cannot take, as it does not lead (or hands over); certainly nothing was done for it.</summary>
/// <param name="RequestId">The caller's number for it.</param>
/// <param name="IsOverloaded">It leads, but holds as much that is not committed as it may.</param>
internal readonly record struct Refused(long RequestId, bool IsOverloaded = false);

/// <summary>Reads that are linearizable once the state machine has applied up to <paramref name="Index"/>.</summary>
/// <param name="Index">The read index (Raft §8).</param>
/// <param name="RequestIds">The callers' numbers.</param>
internal readonly record struct ReadReady(long Index, ImmutableArray<long> RequestIds);

/// <summary>A change of the members is committed, as far as its caller waits for it.</summary>
/// <param name="RequestId">The caller's number for it.</param>
/// <param name="Membership">The members now.</param>
internal readonly record struct ChangeDone(long RequestId, Membership Membership);

/// <summary>A change of the members was not made.</summary>
/// <param name="RequestId">The caller's number for it.</param>
/// <param name="Refusal">Why; only for <see cref="MembershipRefusal.OutcomeUnknown"/> something may have been done.</param>
/// <param name="Text">What exactly, for the caller.</param>
internal readonly record struct ChangeRefused(long RequestId, MembershipRefusal Refusal, string Text);

/// <summary>The configuration in use changed: it was appended, truncated, installed or committed.</summary>
/// <param name="Latest">The latest configuration in the log, which is in use.</param>
/// <param name="IsCommitted">Whether it is known to be committed.</param>
/// <param name="Departing">Members that are gone from it and still have to hear so; to be disconnected only when they leave this list.</param>
internal sealed record ConfigurationInUse(Membership Latest, bool IsCommitted, ImmutableArray<ConfiguredMember> Departing);

/// <summary>Why a node changed its role or its leader.</summary>
internal enum RoleCause
{
    /// <summary>No word from a leader within the election deadline.</summary>
    LeaderSilent,

    /// <summary>A quorum would vote for it.</summary>
    PreVotesWon,

    /// <summary>A quorum voted for it.</summary>
    VotesWon,

    /// <summary>A quorum refused it, or its campaign ran out of time.</summary>
    ElectionLost,

    /// <summary>A message of a higher term arrived.</summary>
    HigherTerm,

    /// <summary>The leader of the term made itself heard.</summary>
    LeaderHeard,

    /// <summary>A leader no longer heard a quorum (dissertation §6.2).</summary>
    QuorumLost,

    /// <summary>The old leader handed over.</summary>
    HandedOver,

    /// <summary>A leader that is no longer a member: the change that removed it is committed (Raft §6).</summary>
    Detached,
}

/// <summary>A change of role, term or leader: the headline of the log.</summary>
/// <param name="From">The role before.</param>
/// <param name="To">The role now.</param>
/// <param name="Term">The term now.</param>
/// <param name="Leader">The leader now, or nobody.</param>
/// <param name="Cause">Why.</param>
/// <param name="Other">The member that caused it (the silent leader, the sender), or nobody.</param>
/// <param name="Silence">How long nothing was heard of the leader.</param>
/// <param name="Votes">The members that voted for this node.</param>
internal sealed record RoleChange(
    Role From, Role To, long Term, MemberId Leader, RoleCause Cause, MemberId Other, TimeSpan Silence, ImmutableArray<MemberId> Votes);

/// <summary>What a turn of the core asks the shell to do. One object a core, cleared at each turn.</summary>
internal sealed class Effects
{
    /// <summary>Messages that may leave at once.</summary>
    public List<RaftMessage> Messages { get; } = [];

    /// <summary>Work for the disk, in turn order; null if there is none.</summary>
    public Persist? Persist { get; set; }

    /// <summary>Entries to apply: committed and locally durable; empty if there are none.</summary>
    public ImmutableArray<Entry> Apply { get; set; } = [];

    /// <summary>Proposals taken.</summary>
    public List<Accepted> Accepted { get; } = [];

    /// <summary>Proposals and reads refused.</summary>
    public List<Refused> Refused { get; } = [];

    /// <summary>Reads confirmed.</summary>
    public List<ReadReady> Reads { get; } = [];

    /// <summary>Changes of role, term or leader, in order.</summary>
    public List<RoleChange> RoleChanges { get; } = [];

    /// <summary>Changes of the members that are done.</summary>
    public List<ChangeDone> ChangesDone { get; } = [];

    /// <summary>Changes of the members that were not made.</summary>
    public List<ChangeRefused> ChangesRefused { get; } = [];

    /// <summary>The configuration in use, if that changed; always told in the first turn.</summary>
    public ConfigurationInUse? Configuration { get; set; }

    /// <summary>Followers that need what only a snapshot holds. Each is answered by <see cref="SnapshotSent"/> or <see cref="SnapshotFailed"/>.</summary>
    public List<MemberId> SnapshotsWanted { get; } = [];

    /// <summary>A snapshot to make durable and to install; null if there is none. Answered by <see cref="SnapshotInstalled"/>.</summary>
    public SnapshotMark? InstallSnapshot { get; set; }

    /// <summary>Forgets the last turn.</summary>
    public void Clear()
    {
        Messages.Clear();
        Persist = null;
        Apply = [];
        Accepted.Clear();
        Refused.Clear();
        Reads.Clear();
        RoleChanges.Clear();
        ChangesDone.Clear();
        ChangesRefused.Clear();
        Configuration = null;
        SnapshotsWanted.Clear();
        InstallSnapshot = null;
    }
}
