namespace ActorQuorum.Core.Voting;

/// <summary>What happened, for the log (row QC-11). The set is closed: every kind stands in this file.</summary>
internal abstract record VotingEvent;

/// <summary>A master acts: "C set A as new master".</summary>
/// <param name="Master">The master; this node itself, perhaps.</param>
/// <param name="Epoch">Its epoch.</param>
internal sealed record MasterSet(VotingMember Master, VotingEpoch Epoch) : VotingEvent;

/// <summary>The first answer of a member: "A added B to connected by handshake, 2 nodes connected now".</summary>
/// <param name="Member">The member.</param>
/// <param name="Connected">How many are connected now, this node included.</param>
internal sealed record MemberAdded(VotingMember Member, int Connected) : VotingEvent;

/// <summary>A lost or dispatched node is back, by its name or by itself.</summary>
/// <param name="Member">The node.</param>
/// <param name="Connected">How many are connected now, this node included.</param>
internal sealed record MemberReturned(VotingMember Member, int Connected) : VotingEvent;

/// <summary>A member stayed silent: "A lost connection from B".</summary>
/// <param name="Member">The member.</param>
/// <param name="Silence">For how long.</param>
/// <param name="Live">How many members are live now, this node included.</param>
/// <param name="Lost">How many are lost now.</param>
internal sealed record MemberLost(VotingMember Member, TimeSpan Silence, int Live, int Lost) : VotingEvent;

/// <summary>A member said goodbye: "B dispatched".</summary>
/// <param name="Member">The member.</param>
internal sealed record MemberDispatched(VotingMember Member) : VotingEvent;

/// <summary>A member went over to another formation.</summary>
/// <param name="Member">The member.</param>
/// <param name="Formation">Whither.</param>
internal sealed record MemberLeft(VotingMember Member, FormationId Formation) : VotingEvent;

/// <summary>A node was not let in.</summary>
/// <param name="Member">The node.</param>
/// <param name="Why">Why.</param>
/// <param name="Holder">Who bears its name; null if that is not why.</param>
internal sealed record MemberRefused(VotingMember Member, RefusalReason Why, VotingMember? Holder) : VotingEvent;

/// <summary>Two formations met, and this node goes over to the elder.</summary>
/// <param name="From">The formation it leaves; none if it had none.</param>
/// <param name="To">The one it goes to.</param>
/// <param name="Master">The master there.</param>
internal sealed record FormationJoined(FormationId From, FormationId To, VotingMember Master) : VotingEvent;

/// <summary>This node sees no majority, and waits for one instead of stopping.</summary>
/// <param name="Cause">Why there is none, in words.</param>
internal sealed record MajorityAwaited(string Cause) : VotingEvent;
