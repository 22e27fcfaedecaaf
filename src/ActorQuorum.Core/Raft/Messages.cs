using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>A message between members. The set is closed: every kind stands in this file.</summary>
/// <param name="Group">The Raft group the message belongs to, so that one process can host many.</param>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Term">The sender's current term.</param>
/// <param name="Incarnation">The sender's data directory: an answer counts only if it is the one bound in the log.</param>
internal abstract record RaftMessage(int Group, MemberId From, MemberId To, long Term, ulong Incarnation);

/// <summary>Asks for a vote (Raft §5.2), or whether one would be given (dissertation §9.6).</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The candidate.</param>
/// <param name="To">The voter.</param>
/// <param name="Term">The candidate's current term; a pre-vote asks about the term after it.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
/// <param name="LastLogIndex">Index of the candidate's last entry.</param>
/// <param name="LastLogTerm">Term of the candidate's last entry.</param>
/// <param name="IsPreVote">Whether this only asks; nothing is promised by the answer.</param>
/// <param name="IsTransfer">Whether the old leader asked for this election (dissertation §3.10): stickiness does not apply.</param>
internal sealed record RequestVote(
    int Group, MemberId From, MemberId To, long Term, ulong Incarnation,
    long LastLogIndex, long LastLogTerm, bool IsPreVote, bool IsTransfer)
    : RaftMessage(Group, From, To, Term, Incarnation);

/// <summary>Answers <see cref="RequestVote"/>.</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The voter.</param>
/// <param name="To">The candidate.</param>
/// <param name="Term">The voter's current term.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
/// <param name="RequestTerm">The term of the request that this answers.</param>
/// <param name="IsGranted">Whether the vote is (would be) given.</param>
/// <param name="IsPreVote">Whether a pre-vote is answered.</param>
internal sealed record RequestVoteReply(
    int Group, MemberId From, MemberId To, long Term, ulong Incarnation,
    long RequestTerm, bool IsGranted, bool IsPreVote)
    : RaftMessage(Group, From, To, Term, Incarnation);

/// <summary>Replicates entries (Raft §5.3).</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The leader.</param>
/// <param name="To">The follower.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
/// <param name="PreviousIndex">Index of the entry before the first of <paramref name="Entries"/>.</param>
/// <param name="PreviousTerm">Term of that entry.</param>
/// <param name="Entries">The entries, without gaps from <paramref name="PreviousIndex"/> + 1; may be empty.</param>
/// <param name="CommitIndex">The leader's commit index.</param>
internal sealed record AppendEntries(
    int Group, MemberId From, MemberId To, long Term, ulong Incarnation,
    long PreviousIndex, long PreviousTerm, ImmutableArray<Entry> Entries, long CommitIndex)
    : RaftMessage(Group, From, To, Term, Incarnation)
{
    /// <summary>The follower's session (<see cref="ConfiguredMember.Session"/>), which its answer repeats.</summary>
    public long Session { get; init; }

    /// <summary>Which founding the leader's log goes back to (<see cref="HardState.FingerprintOf"/>); zero says nothing.</summary>
    public ulong Founding { get; init; }
}

/// <summary>Answers <see cref="AppendEntries"/>.</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The follower.</param>
/// <param name="To">The leader.</param>
/// <param name="Term">The follower's current term.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
/// <param name="IsSuccess">Whether the previous entry matched.</param>
/// <param name="MatchIndex">On success the last index known to match and durable; on refusal the refused previous index.</param>
/// <param name="HintIndex">On refusal, the last index at which the logs may match.</param>
/// <param name="HintTerm">On refusal, the follower's term at <paramref name="HintIndex"/>.</param>
/// <param name="IsProven">Whether the follower may count towards a quorum.</param>
internal sealed record AppendEntriesReply(
    int Group, MemberId From, MemberId To, long Term, ulong Incarnation,
    bool IsSuccess, long MatchIndex, long HintIndex, long HintTerm, bool IsProven)
    : RaftMessage(Group, From, To, Term, Incarnation)
{
    /// <summary>The session of what this answers.</summary>
    public long Session { get; init; }
}

/// <summary>Keeps followers from electing, carries the commit index, and asks for a numbered round's confirmation (Raft §8).</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The leader.</param>
/// <param name="To">The follower.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
/// <param name="CommitIndex">The commit index, but never beyond what this follower is known to hold.</param>
/// <param name="Round">The number of the round.</param>
internal sealed record Heartbeat(
    int Group, MemberId From, MemberId To, long Term, ulong Incarnation, long CommitIndex, long Round)
    : RaftMessage(Group, From, To, Term, Incarnation)
{
    /// <summary>The follower's session (<see cref="ConfiguredMember.Session"/>), which its answer repeats.</summary>
    public long Session { get; init; }

    /// <summary>Which founding the leader's log goes back to (<see cref="HardState.FingerprintOf"/>); zero says nothing.</summary>
    public ulong Founding { get; init; }
}

/// <summary>Answers <see cref="Heartbeat"/>. Carries no log index: it never waits for the disk.</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The follower.</param>
/// <param name="To">The leader.</param>
/// <param name="Term">The follower's current term.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
/// <param name="Round">The round that is confirmed.</param>
/// <param name="IsProven">Whether the follower may count towards a quorum.</param>
internal sealed record HeartbeatReply(
    int Group, MemberId From, MemberId To, long Term, ulong Incarnation, long Round, bool IsProven)
    : RaftMessage(Group, From, To, Term, Incarnation)
{
    /// <summary>The session of what this answers.</summary>
    public long Session { get; init; }
}

/// <summary>Tells a follower that holds the whole log to campaign at once (dissertation §3.10).</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The leader.</param>
/// <param name="To">The chosen successor.</param>
/// <param name="Term">The leader's term.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
internal sealed record TimeoutNow(int Group, MemberId From, MemberId To, long Term, ulong Incarnation)
    : RaftMessage(Group, From, To, Term, Incarnation);

/// <summary>How far a node is in founding its cluster.</summary>
internal enum FoundingPhase
{
    /// <summary>Has not yet heard every first member.</summary>
    Gathering = 0,

    /// <summary>Holds a complete view, durably.</summary>
    Prepared = 1,

    /// <summary>Proven: may vote and count.</summary>
    Proven = 2,
}

/// <summary>A node makes itself known by its incarnation, until it is proven (docs/deviations.md, "Identity").</summary>
/// <param name="Group">See <see cref="RaftMessage"/>.</param>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Term">The sender's current term.</param>
/// <param name="Incarnation">See <see cref="RaftMessage"/>.</param>
/// <param name="Phase">How far the sender is.</param>
/// <param name="View">The incarnations the sender has durably prepared, or a proven sender's bindings.</param>
internal sealed record Introduction(
    int Group, MemberId From, MemberId To, long Term, ulong Incarnation, FoundingPhase Phase, ImmutableArray<Member> View)
    : RaftMessage(Group, From, To, Term, Incarnation)
{
    /// <summary>The sender's name and addresses, for the leader to write down with the binding; null if it says nothing of them.</summary>
    public MemberContact? Contact { get; init; }
}
