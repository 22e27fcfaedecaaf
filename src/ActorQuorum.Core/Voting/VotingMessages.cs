using System.Collections.Immutable;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <summary>What members say to each other. The set is closed: every kind stands in this file.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
internal abstract record VotingMessage(MemberId From, MemberId To);

/// <summary>How a sender stands to the epoch that its message names.</summary>
internal enum Stance
{
    /// <summary>It holds no mastership in it.</summary>
    None = 0,

    /// <summary>It asks to be master in it, and does not act.</summary>
    Claiming = 1,

    /// <summary>It acts as master in it.</summary>
    Acting = 2,

    /// <summary>It was or asked to be master in it, and never will be again: whoever was bound to it is free.</summary>
    Resigned = 3,
}

/// <summary>How a sender takes part in elections.</summary>
internal enum Standing
{
    /// <summary>It does; in its formation, if it has one.</summary>
    Ordinary = 0,

    /// <summary>It saw its formation's majority go: it would found another one.</summary>
    Waiting = 1,

    /// <summary>Row QC-4: it left, and waits for the others to agree without it.</summary>
    Abstaining = 2,
}

/// <summary>The heartbeat, and the vote in it: row QC-2, told to each peer again and again, and at once on a change.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Sequence">Counts the sender's messages: one that comes late is not taken for news.</param>
/// <param name="SentAt">When it was sent, on the sender's clock.</param>
/// <param name="EchoedAt">The <paramref name="SentAt"/> of the last beat that the sender heard of the receiver; zero if none.</param>
/// <param name="Epoch">The epoch the sender last accepted, durably; none if it belongs to no formation.</param>
/// <param name="Master">Whom it accepted in that epoch, and vouches for by this message; nobody if it no longer does.</param>
/// <param name="Stance">How the sender itself stands to that epoch.</param>
/// <param name="Stamp">The roster that it holds.</param>
/// <param name="Vote">Whom it wishes for as master; nobody if it abstains.</param>
/// <param name="Metric">By what it votes.</param>
/// <param name="Counter">The highest epoch counter that it remembers.</param>
/// <param name="Joining">The formation that it asks to be let into; none if it does not ask.</param>
/// <param name="OpenSince">The number of its message since which it has been open for another formation: a roster that took it in before is void.</param>
/// <param name="Standing">How it takes part in elections.</param>
/// <param name="ContactsHash">A sum over the members it is connected with: when two differ, they tell each other whom they know.</param>
internal sealed record Beat(
    MemberId From, MemberId To, long Sequence, TimeSpan SentAt, TimeSpan EchoedAt, VotingEpoch Epoch, MemberId Master, Stance Stance,
    RosterStamp Stamp, MemberId Vote, VotingMetric Metric, long Counter, FormationId Joining, long OpenSince, Standing Standing, ulong ContactsHash)
    : VotingMessage(From, To)
{
    /// <summary>Whether it says the same as <paramref name="earlier"/>, only later.</summary>
    public bool SaysTheSameAs(Beat? earlier) =>
        earlier is not null
        && this with { Sequence = 0, SentAt = default, EchoedAt = default } == earlier with { Sequence = 0, SentAt = default, EchoedAt = default };
}

/// <summary>A claim to mastership, or the roster of an acting master.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Sequence">As in <see cref="Beat"/>.</param>
/// <param name="SentAt">As in <see cref="Beat"/>.</param>
/// <param name="Epoch">The epoch claimed or acted in.</param>
/// <param name="Stance"><see cref="Stance.Claiming"/> or <see cref="Stance.Acting"/>.</param>
/// <param name="Roster">The sender's roster.</param>
internal sealed record RosterTold(
    MemberId From, MemberId To, long Sequence, TimeSpan SentAt, VotingEpoch Epoch, Stance Stance, Roster Roster) : VotingMessage(From, To);

/// <summary>Row QC-1: whom the sender is connected with, so that all meet all.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Contacts">The members.</param>
internal sealed record ContactsTold(MemberId From, MemberId To, ImmutableArray<VotingMember> Contacts) : VotingMessage(From, To);

/// <summary>Row QC-6: the sender dispatches: it leaves on purpose and for good. Told until it is acknowledged, or for a short while.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Epoch">The epoch it last accepted.</param>
/// <param name="IsFree">Whether it is bound to no master; one that was master itself stopped acting before it sent this.</param>
/// <param name="Counter">The highest epoch counter that it remembers: the next master takes a higher one.</param>
internal sealed record Goodbye(MemberId From, MemberId To, VotingEpoch Epoch, bool IsFree, long Counter) : VotingMessage(From, To);

/// <summary>A goodbye was heard.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver, who said goodbye.</param>
internal sealed record GoodbyeHeard(MemberId From, MemberId To) : VotingMessage(From, To);

/// <summary>The receiver is not let in.</summary>
/// <param name="From">The sender.</param>
/// <param name="To">The receiver.</param>
/// <param name="Why">Why.</param>
/// <param name="Holder">Who bears its name; null if that is not why.</param>
/// <param name="SeenEpoch">The receiver's epoch as the sender knew it: if it has changed since, this is void.</param>
internal sealed record Refusal(MemberId From, MemberId To, RefusalReason Why, VotingMember? Holder, VotingEpoch SeenEpoch)
    : VotingMessage(From, To);

/// <summary>Why a node is not let in.</summary>
internal enum RefusalReason
{
    /// <summary>A live member bears its name.</summary>
    NameTaken = 1,

    /// <summary>There are as many members as there may be.</summary>
    Full = 2,
}
