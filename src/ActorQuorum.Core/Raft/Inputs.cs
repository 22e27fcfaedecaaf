namespace ActorQuorum.Core.Raft;

/// <summary>What may happen to the core. The set is closed: every kind stands in this file.</summary>
internal abstract record RaftInput;

/// <summary>Time has passed.</summary>
internal sealed record Tick : RaftInput
{
    /// <summary>The one tick there need be.</summary>
    public static Tick Instance { get; } = new();
}

/// <summary>A member's message arrived.</summary>
/// <param name="Message">The message.</param>
internal sealed record Received(RaftMessage Message) : RaftInput;

/// <summary>A client asks for a command to be replicated.</summary>
/// <param name="RequestId">The caller's number for it.</param>
/// <param name="Payload">The command.</param>
internal sealed record Propose(long RequestId, ReadOnlyMemory<byte> Payload) : RaftInput;

/// <summary>A client asks for an index at which a read is linearizable.</summary>
/// <param name="RequestId">The caller's number for it.</param>
internal sealed record Read(long RequestId) : RaftInput;

/// <summary>A <see cref="Persist"/> is durable, and all before it.</summary>
/// <param name="LastIndex">Its <see cref="Persist.LastIndex"/>.</param>
/// <param name="Generation">Its <see cref="Persist.Generation"/>.</param>
/// <param name="Sequence">Its <see cref="Persist.Sequence"/>.</param>
internal sealed record Persisted(long LastIndex, long Generation, long Sequence) : RaftInput;

/// <summary>The state machine has applied all entries up to an index.</summary>
/// <param name="Index">The index.</param>
internal sealed record Applied(long Index) : RaftInput;

/// <summary>The connection to a member was lost: what was sent to it last may not have arrived.</summary>
/// <param name="Peer">The member.</param>
internal sealed record Unreachable(MemberId Peer) : RaftInput;

/// <summary>The operator asks this node to hand its leadership over (dissertation §3.10).</summary>
internal sealed record HandOver : RaftInput
{
    /// <summary>The one request there need be.</summary>
    public static HandOver Instance { get; } = new();
}

/// <summary>Somebody asks for a change of the members.</summary>
/// <param name="RequestId">The caller's number for it.</param>
/// <param name="Change">The change.</param>
internal sealed record ChangeMembers(long RequestId, MembershipChange Change) : RaftInput;

/// <summary>A snapshot up to an index is durable here: the entries before it are no longer needed.</summary>
/// <param name="Index">The index, which was applied.</param>
internal sealed record SnapshotTaken(long Index) : RaftInput;

/// <summary>A snapshot that was wanted is wholly sent; the follower answers once it has installed it.</summary>
/// <param name="To">The follower.</param>
/// <param name="Mark">Up to where it reaches.</param>
internal sealed record SnapshotSent(MemberId To, SnapshotMark Mark) : RaftInput;

/// <summary>A snapshot that was wanted could not be sent.</summary>
/// <param name="To">The follower.</param>
internal sealed record SnapshotFailed(MemberId To) : RaftInput;

/// <summary>A leader's snapshot arrived, whole and checked.</summary>
/// <param name="From">The leader that sent it.</param>
/// <param name="Term">The term it sent it in.</param>
/// <param name="Mark">Up to where it reaches.</param>
internal sealed record SnapshotArrived(MemberId From, long Term, SnapshotMark Mark) : RaftInput;

/// <summary>A snapshot that the core asked to be installed is durable, and the state machine is what it says.</summary>
/// <param name="Mark">Up to where it reaches.</param>
internal sealed record SnapshotInstalled(SnapshotMark Mark) : RaftInput;
