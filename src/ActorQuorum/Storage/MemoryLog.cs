using System.Runtime.InteropServices;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>The log of a node without a disk (<c>storage = memory</c>): it keeps nothing, and only counts the entries' bytes.</summary>
internal sealed class MemoryLog : ILogStore
{
    private readonly List<int> _sizes = [];
    private long _base;
    private bool _closed;

    /// <inheritdoc/>
    public long SizeBytes { get; private set; }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Persist> batch)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        foreach (Persist persist in batch)
        {
            if (persist.Base is { } place)
                Drop(place);
            if (persist.TruncateFrom != 0)
                Truncate(persist.TruncateFrom);
            foreach (Entry entry in persist.Entries)
            {
                SizeBytes += entry.SizeBytes;
                _sizes.Add(entry.SizeBytes);
            }
        }
    }

    /// <inheritdoc/>
    public void Flush() => ObjectDisposedException.ThrowIf(_closed, this);

    /// <inheritdoc/>
    public Action? TakeTrim() => null;

    /// <inheritdoc/>
    public void Close() => _closed = true;

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void Drop(LogBase place)
    {
        int gone = place.IsReset ? _sizes.Count : (int)(place.Index - _base);
        Forget(0, gone);
        _sizes.RemoveRange(0, gone);
        _base = place.Index;
    }

    private void Truncate(long from)
    {
        int kept = (int)(from - 1 - _base);
        Forget(kept, _sizes.Count - kept);
        CollectionsMarshal.SetCount(_sizes, kept);
    }

    private void Forget(int from, int count)
    {
        foreach (int size in CollectionsMarshal.AsSpan(_sizes).Slice(from, count))
            SizeBytes -= size;
    }
}
