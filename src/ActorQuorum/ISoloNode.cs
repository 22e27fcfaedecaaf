namespace ActorQuorum;

/// <summary>
/// A node that can leave its cluster without asking it, and forget what it holds, while it runs (docs/snapshots.md, "Running nodes"). Either ends
/// what the node is and begins it anew in the same process: its clients, role changes and scripts go on across it.
/// </summary>
public interface ISoloNode
{
    /// <summary>
    /// Makes the node a cluster of one, without anybody's consent: it leaves its cluster for good and goes on with all that its log holds, in a
    /// cluster of a new random number and a higher term. Entries that its old cluster had not committed are committed in the new one. The others
    /// go on without it, with their majority; they still have it for a member until somebody removes it there, and do not hear it.
    /// If it leads, it hands over first, for up to a second. Requests that wait are answered with what is certain; those that come meanwhile are
    /// refused as <see cref="QuorumError.NoLeader"/>, and may be repeated at once.
    /// </summary>
    /// <param name="cancellationToken">Gives up before anything is done; once begun it is carried through.</param>
    /// <returns>Ends when the node has begun anew; it leads about an election timeout later. <see cref="NodeStatus.ClusterId"/> is the new one.</returns>
    /// <exception cref="InvalidOperationException">This node cannot: it keeps nothing on disk, holds no entry yet, or lives in an actor system of Akka.NET. It goes on as it was.</exception>
    /// <exception cref="QuorumException">It stops, or is being made solo or reset already.</exception>
    /// <exception cref="IOException">
    /// Its data directory could not be worked on. It goes on with what is there, which is what it was or what it was to be, as its status tells. If it cannot be
    /// started again either, <see cref="IQuorumNode.Completion"/> faults with the same.
    /// </exception>
    Task SoloAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Clears log, term, vote, snapshots and data of a node that is a cluster of its own. It begins as a new one under its old name, with a new
    /// incarnation: it belongs to its configured cluster, follows, and votes once that has bound it. It founds none. Requests that wait, or come
    /// meanwhile, end as those of <see cref="SoloAsync"/> do.
    /// </summary>
    /// <param name="cancellationToken">Gives up before anything is done; once begun it is carried through.</param>
    /// <returns>Ends when the node has begun anew, empty.</returns>
    /// <exception cref="InvalidOperationException">
    /// This node cannot: its cluster has other members, who rely on what it promised (stop it, and use <c>actorquorum reset</c>), it keeps nothing on
    /// disk (a restart is all it takes), or lives in an actor system of Akka.NET. It goes on as it was.
    /// </exception>
    /// <exception cref="QuorumException">It stops, or is being made solo or reset already.</exception>
    /// <exception cref="IOException">As for <see cref="SoloAsync"/>.</exception>
    Task ResetAsync(CancellationToken cancellationToken = default);
}
