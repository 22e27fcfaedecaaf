using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>A member that is to be added.</summary>
/// <param name="Id">Its number, which no member has.</param>
/// <param name="Contact">How it is reached.</param>
internal sealed record Newcomer(MemberId Id, MemberContact Contact);

/// <summary>A change of the cluster's members that somebody asks for. The set is closed: every kind stands in this file.</summary>
internal abstract record MembershipChange
{
    /// <summary>The bytes of the change, for the way to the leader.</summary>
    public byte[] Encode() => MembershipChangeEncoding.Encode(this);

    /// <summary>Reads a change; false if the bytes are none.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out MembershipChange? change) => MembershipChangeEncoding.TryDecode(bytes, out change);
}

/// <summary>
/// Adds members that become voters, all at once, as soon as all of them have caught up. Answered once they are learners, as their processes
/// are started afterwards; if they do not catch up in time they stay learners.
/// </summary>
/// <param name="Newcomers">Who is added.</param>
/// <param name="Patience">How long a leader waits for them to catch up.</param>
internal sealed record AttachMembers(ImmutableArray<Newcomer> Newcomers, TimeSpan Patience) : MembershipChange;

/// <summary>Adds members that follow without a vote until somebody promotes them.</summary>
/// <param name="Newcomers">Who is added.</param>
internal sealed record AddLearners(ImmutableArray<Newcomer> Newcomers) : MembershipChange;

/// <summary>Makes voters of learners that have caught up.</summary>
/// <param name="Members">Which.</param>
internal sealed record PromoteMembers(ImmutableArray<MemberId> Members) : MembershipChange;

/// <summary>Removes members, voters or learners.</summary>
/// <param name="Members">Which.</param>
internal sealed record DetachMembers(ImmutableArray<MemberId> Members) : MembershipChange;

/// <summary>Writes down another name or address of a member.</summary>
/// <param name="Member">Which.</param>
/// <param name="Contact">What is to stand; what is empty stays as it was.</param>
internal sealed record UpdateContact(MemberId Member, MemberContact Contact) : MembershipChange;

/// <summary>Why a change was not made.</summary>
internal enum MembershipRefusal
{
    /// <summary>This node does not lead, or hands over to remove itself: nothing was done, ask the leader.</summary>
    NotLeader = 0,

    /// <summary>The leader has not yet committed an entry of its term, or not yet heard the others: nothing was done, ask again in a moment.</summary>
    NotReady = 1,

    /// <summary>Another change is under way: one at a time.</summary>
    ChangeInProgress = 2,

    /// <summary>Who is to be added is there already, or its address is another's.</summary>
    AlreadyMember = 3,

    /// <summary>There is no such member.</summary>
    NoSuchMember = 4,

    /// <summary>The learner is behind, or was never heard.</summary>
    LearnerNotReady = 5,

    /// <summary>The member to be promoted votes already.</summary>
    NotLearner = 6,

    /// <summary>Nobody would be left to vote.</summary>
    LastVoter = 7,

    /// <summary>More members than a configuration may have.</summary>
    TooMany = 8,

    /// <summary>Of those who would vote afterwards, no majority answers: the change could never be completed.</summary>
    NoMajority = 9,

    /// <summary>The change was begun, and the leader lost its leadership: whether it stays is unknown.</summary>
    OutcomeUnknown = 10,

    /// <summary>A member has no number, or a name or an address that is longer than one may be.</summary>
    Malformed = 11,
}
