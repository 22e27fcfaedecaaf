using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Actors;

/// <summary>What the NodeActor of a constant election is told besides. The set is closed: every kind stands in this file.</summary>
internal abstract record VotingNodeMessage : NodeMessage;

/// <summary>What one turn of the ElectionActor amounted to, in the order to act in.</summary>
internal sealed record VotingTurn(
    ImmutableArray<VotingRoleChange> RoleChanges, ImmutableArray<VotingMember> Connect, ImmutableArray<VotingMessage> Messages,
    ImmutableArray<MemberId> Disconnect, ImmutableArray<VotingEvent> Events, VotingStop? Stop, VotingSight Sight) : VotingNodeMessage;

/// <summary>A node presented itself, in its hello or in a datagram.</summary>
internal sealed record NodeMet(VotingMember Member, bool IsByDatagram) : VotingNodeMessage;

/// <summary>The operator asks this node to say goodbye and stop.</summary>
internal sealed record DispatchNode : VotingNodeMessage
{
    /// <summary>The one request there need be.</summary>
    public static DispatchNode Instance { get; } = new();
}

/// <summary>An epoch for the disk.</summary>
internal sealed record KeepEpoch(PersistEpoch Persist) : StorageMessage;

/// <summary>The lane has made an epoch durable.</summary>
internal sealed record EpochKept(long Sequence) : StorageMessage;
