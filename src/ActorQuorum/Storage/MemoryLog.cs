using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>The log of a node without a disk (<c>storage = memory</c>): it keeps nothing, and only counts the entries' bytes.</summary>
internal sealed class MemoryLog : ILogStore
{
    private bool _closed;

    /// <inheritdoc/>
    public long SizeBytes { get; private set; }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Persist> batch)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        foreach (Persist persist in batch)
        {
            foreach (Entry entry in persist.Entries)
                SizeBytes += entry.SizeBytes;
        }
    }

    /// <inheritdoc/>
    public void Flush() => ObjectDisposedException.ThrowIf(_closed, this);

    /// <inheritdoc/>
    public void Close() => _closed = true;

    /// <inheritdoc/>
    public void Dispose() => Close();
}
