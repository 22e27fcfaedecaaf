using ActorQuorum.Core.Raft;

namespace ActorQuorum;

/// <summary>A node that shows its inside: what an operator looks at when something is wrong.</summary>
public interface IInspectableNode
{
    /// <summary>Asks the node's actors for what they hold. Nothing of it is kept up to date otherwise, so it costs a node that is not asked nothing.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>The inside of the node, each actor's part as of its own turn.</returns>
    /// <exception cref="QuorumException">The node has stopped, or its actors did not answer in time.</exception>
    Task<NodeInspection> InspectAsync(CancellationToken cancellationToken = default);
}

/// <summary>The inside of a node.</summary>
public sealed record NodeInspection
{
    /// <summary>What the node knows of itself, as of the same turn as all below.</summary>
    public required NodeStatus Status { get; init; }

    /// <summary>Who got its vote in this term, or nobody.</summary>
    public MemberId Vote { get; init; }

    /// <summary>The index of the first entry that the log still holds; one above the last if it holds none.</summary>
    public long FirstIndex { get; init; }

    /// <summary>The term of the log's last entry.</summary>
    public long LastTerm { get; init; }

    /// <summary>The last index known to be on this node's disk.</summary>
    public long DurableIndex { get; init; }

    /// <summary>What a leader knows of each follower; empty on all others.</summary>
    public IReadOnlyList<FollowerProgress> Followers { get; init; } = [];

    /// <summary>The connection to each other member.</summary>
    public IReadOnlyList<PeerConnection> Peers { get; init; } = [];

    /// <summary>What waits where.</summary>
    public IReadOnlyList<QueueLength> Queues { get; init; } = [];
}

/// <summary>What a leader knows of one follower.</summary>
/// <param name="Id">The follower.</param>
/// <param name="MatchIndex">The last index known to be on its disk.</param>
/// <param name="NextIndex">The next index to send.</param>
/// <param name="IsProbing">Whether it is still unknown where the logs agree; then one message at a time goes out.</param>
/// <param name="IsProven">Whether it may vote and count.</param>
/// <param name="UnderWay">How many messages are sent and not answered.</param>
/// <param name="SinceHeard">How long ago it was last heard in this term.</param>
public sealed record FollowerProgress(
    MemberId Id, long MatchIndex, long NextIndex, bool IsProbing, bool IsProven, int UnderWay, TimeSpan SinceHeard);

/// <summary>The connection that a node dialled to another member.</summary>
/// <param name="Id">The member.</param>
/// <param name="IsConnected">Whether there is one.</param>
/// <param name="QueuedMessages">How many messages wait to be written.</param>
/// <param name="QueuedBytes">How many bytes they take.</param>
public sealed record PeerConnection(MemberId Id, bool IsConnected, int QueuedMessages, long QueuedBytes);

/// <summary>One queue of a node.</summary>
/// <param name="Name">What waits there.</param>
/// <param name="Length">How many.</param>
/// <param name="Limit">The bound on it; null where credits bound it.</param>
public sealed record QueueLength(string Name, long Length, long? Limit);
