using ActorQuorum.Actors;

namespace ActorQuorum;

/// <summary>A node that gives a snapshot of its data away.</summary>
internal interface ISnapshotNode
{
    /// <summary>Takes a snapshot of all that this node has applied.</summary>
    /// <returns>The snapshot, which the caller disposes of.</returns>
    /// <exception cref="QuorumException">
    /// There is none: too many callers wait for one or read one, the disk is full, nothing was applied yet, or the node has stopped.
    /// </exception>
    Task<SnapshotExport> ExportAsync(CancellationToken cancellationToken);
}

/// <content>Snapshots to take away.</content>
public sealed partial class QuorumNode : ISnapshotNode
{
    /// <inheritdoc/>
    Task<SnapshotExport> ISnapshotNode.ExportAsync(CancellationToken cancellationToken) => _life.ExportAsync(cancellationToken);
}
