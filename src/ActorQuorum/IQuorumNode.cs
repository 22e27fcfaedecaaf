using ActorQuorum.Core.Raft;

namespace ActorQuorum;

/// <summary>How fresh a query's answer must be.</summary>
public enum Consistency
{
    /// <summary>Reflects every write acknowledged before the query began (ReadIndex, Raft §8); needs a quorum.</summary>
    Linearizable,

    /// <summary>This node's own applied state, at once; may be stale.</summary>
    Serializable,
}

/// <summary>A member of the cluster as the configuration names it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="PeerAddress">host:port for the other members.</param>
/// <param name="ClientAddress">host:port for clients.</param>
public sealed record MemberInfo(MemberId Id, string Name, string PeerAddress, string ClientAddress)
{
    /// <summary>Whether it follows without a vote.</summary>
    public bool IsLearner { get; init; }
}

/// <summary>A node's view of itself and its cluster, at one moment.</summary>
public sealed record NodeStatus
{
    /// <summary>The cluster's number, hashed from its name and first members.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>This node.</summary>
    public required MemberInfo Self { get; init; }

    /// <summary>All members, this node among them, in the order of their names.</summary>
    public required IReadOnlyList<MemberInfo> Members { get; init; }

    /// <summary>The part this node plays.</summary>
    public Role Role { get; init; }

    /// <summary>The latest term this node has seen.</summary>
    public long Term { get; init; }

    /// <summary>The leader of that term, or nobody.</summary>
    public MemberId Leader { get; init; }

    /// <summary>The index of the log's last entry.</summary>
    public long LastIndex { get; init; }

    /// <summary>The highest index known to be committed.</summary>
    public long CommitIndex { get; init; }

    /// <summary>The highest index applied to the state machine.</summary>
    public long AppliedIndex { get; init; }

    /// <summary>The state machine's revision.</summary>
    public long Revision { get; init; }

    /// <summary>Size of the log on disk (or in memory), in bytes.</summary>
    public long LogSizeBytes { get; init; }

    /// <summary>Whether this incarnation of the node may vote and count yet.</summary>
    public bool IsProven { get; init; }
}

/// <summary>A running node, as its callers see it.</summary>
public interface IQuorumNode
{
    /// <summary>This node's latest view.</summary>
    NodeStatus Status { get; }

    /// <summary>Ends when the node has stopped; faults with the node's last word if it had to stop itself (fail-stop).</summary>
    Task Completion { get; }

    /// <summary>Replicates a command and answers with its result once it is committed and applied. A follower passes it to the leader.</summary>
    /// <param name="command">The command in the state machine's encoding; not changed by the caller afterwards.</param>
    /// <param name="cancellationToken">Gives up waiting; the command may still take effect.</param>
    /// <returns>The state machine's result.</returns>
    /// <exception cref="QuorumException">The command was not answered; its <see cref="QuorumException.Error"/> says whether it may have taken effect.</exception>
    Task<CommandResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default);

    /// <summary>Answers a query from the state machine.</summary>
    /// <param name="query">The query in the state machine's encoding.</param>
    /// <param name="consistency">How fresh the answer must be.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The state machine's result.</returns>
    /// <exception cref="QuorumException">The query was not answered.</exception>
    Task<CommandResult> QueryAsync(ReadOnlyMemory<byte> query, Consistency consistency, CancellationToken cancellationToken = default);
}
