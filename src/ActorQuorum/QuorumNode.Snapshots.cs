using ActorQuorum.Actors;

namespace ActorQuorum;

/// <summary>A node that gives a snapshot of its data away.</summary>
internal interface ISnapshotNode
{
    /// <summary>Takes a snapshot of all that this node has applied.</summary>
    /// <returns>The snapshot, which the caller disposes of.</returns>
    /// <exception cref="QuorumException">There is none: the disk is full, or the node has stopped.</exception>
    Task<SnapshotExport> ExportAsync(CancellationToken cancellationToken);
}

/// <content>Snapshots to take away.</content>
public sealed partial class QuorumNode : ISnapshotNode
{
    /// <inheritdoc/>
    async Task<SnapshotExport> ISnapshotNode.ExportAsync(CancellationToken cancellationToken)
    {
        if (_host.IsStopped) throw new QuorumException(QuorumError.Stopped, "the node has stopped");
        var taken = new TaskCompletionSource<SnapshotExport>(TaskCreationOptions.RunContinuationsAsynchronously);
        _actors.Export(
            export =>
            {
                // Nobody may wait for it any more.
                if (!taken.TrySetResult(export)) export.Dispose();
            },
            why => taken.TrySetException(new QuorumException(QuorumError.DiskNearlyFull, why)));
        using var givenUp = cancellationToken.UnsafeRegister(_ => taken.TrySetCanceled(cancellationToken), null);
        await Task.WhenAny(taken.Task, _host.Completion).ConfigureAwait(false);
        if (_host.IsStopped) taken.TrySetException(new QuorumException(QuorumError.Stopped, "the node stopped before the snapshot was taken"));
        return await taken.Task.ConfigureAwait(false);
    }
}
