using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>What the NodeActor is told. The set is closed: every kind stands in this file.</summary>
internal abstract record NodeMessage;

/// <summary>Time has passed.</summary>
internal sealed record NodeTick : NodeMessage
{
    /// <summary>The one tick there need be.</summary>
    public static NodeTick Instance { get; } = new();
}

/// <summary>A member's message arrived.</summary>
internal sealed record FromPeer(MemberId From, PeerMessage Message, IInboundCredit? Credit) : NodeMessage;

/// <summary>A connection to a member was lost.</summary>
internal sealed record PeerLost(MemberId Peer) : NodeMessage;

/// <summary>A client of this node asks for something.</summary>
internal sealed record ClientRequest(Request Request) : NodeMessage;

/// <summary>A client does not wait any more.</summary>
internal sealed record ClientGone(Request Request) : NodeMessage;

/// <summary>What one turn of the ElectionActor amounted to.</summary>
internal sealed record ElectionTurn(
    ImmutableArray<RaftMessage> Messages, ImmutableArray<Accepted> Accepted, ImmutableArray<Refused> Refused,
    ImmutableArray<ReadReady> Reads, ImmutableArray<RoleChange> RoleChanges, CoreStatus Status) : NodeMessage
{
    /// <summary>What it amounted to for the members; null for nothing.</summary>
    public MembershipTurn? Membership { get; init; }
}

/// <summary>What one turn of the ElectionActor amounted to for the members.</summary>
internal sealed record MembershipTurn(
    ImmutableArray<ChangeDone> Done, ImmutableArray<ChangeRefused> Refused, ConfigurationInUse? Configuration);

/// <summary>A node of this cluster that was not known here connected, and says where it listens.</summary>
internal sealed record CallerLetIn(MemberId Caller, PeerAddress Address) : NodeMessage;

/// <summary>A batch is durable: the messages that waited for it may leave; and how the disk is doing.</summary>
internal sealed record BatchOnDisk(ImmutableArray<RaftMessage> Messages, DiskCondition Condition, long LogSizeBytes) : NodeMessage;

/// <summary>Whether less than the reserve is free on the disk.</summary>
internal sealed record DiskCondition(bool IsNearlyFull) : NodeMessage;

/// <summary>Entries were applied; the results stand in the order of the entries, null where there was no command.</summary>
internal sealed record CommandsApplied(ImmutableArray<Entry> Entries, ImmutableArray<CommandResult?> Results) : NodeMessage;

/// <summary>The state machine's state, at or after the index that was asked for.</summary>
internal sealed record ViewReady(ImmutableArray<long> RequestIds, IStateView View) : NodeMessage;

/// <summary>A leader's snapshot took the place of the state, and of the entries up to its mark.</summary>
internal sealed record StateInstalled(SnapshotMark Mark, long Revision) : NodeMessage;

/// <summary>The operator asks this node to hand over its leadership.</summary>
internal sealed record HandOverLeadership : NodeMessage
{
    /// <summary>The one request there need be.</summary>
    public static HandOverLeadership Instance { get; } = new();
}

/// <summary>The node stops: nothing is taken any more, and what waits is answered.</summary>
internal sealed record StopNode(Action Stopped, Farewell Farewell) : NodeMessage;
