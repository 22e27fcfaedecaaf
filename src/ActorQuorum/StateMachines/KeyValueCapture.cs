namespace ActorQuorum.StateMachines;

/// <summary>
/// Writes the store to a snapshot (docs/storage.md, "The key-value store's state"): all that can still be read, key by key, each key's
/// versions from new to old. What is compacted is left out, whether or not it is dropped yet.
/// </summary>
/// <param name="view">What is written. The store drops nothing of it until this is disposed.</param>
/// <param name="released">Called once, from any thread.</param>
internal sealed class KeyValueCapture(KeyValueView view, Action released) : IStateCapture
{
    /// <summary>The first byte of the state: whose it is, and in which form.</summary>
    public const byte Format = 1;

    private readonly IEnumerator<IndexSlot> _keys = view.Index.All().GetEnumerator();
    private Action? _released = released;
    private KeyVersion? _next;
    private bool _isBegun;

    /// <inheritdoc/>
    public bool WriteSome(ISnapshotSink sink, long budgetBytes)
    {
        var end = sink.WrittenBytes + budgetBytes;
        if (!_isBegun)
        {
            WriteHead(sink);
        }

        while (sink.WrittenBytes < end)
        {
            if (_next is not null)
            {
                WriteVersion(sink, _next);
            }
            else if (_keys.MoveNext())
            {
                WriteKey(sink, _keys.Current);
            }
            else
            {
                sink.WriteNumber(0);
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.Exchange(ref _released, null)?.Invoke();
        _keys.Dispose();
    }

    private void WriteHead(ISnapshotSink sink)
    {
        _isBegun = true;
        sink.Write([Format]);
        sink.WriteNumber(view.Revision);
        sink.WriteNumber(view.Compacted - CompactedRevision.None);
        sink.WriteNumber(view.Index.Live);
    }

    private void WriteKey(ISnapshotSink sink, IndexSlot slot)
    {
        if (!IsReadable(slot.Newest))
        {
            return;
        }

        sink.WriteNumber(slot.Key.Length + 1L);
        sink.Write(slot.Key);
        _next = slot.Newest;
    }

    private void WriteVersion(ISnapshotSink sink, KeyVersion version)
    {
        sink.WriteNumber(version.ModRevision);
        sink.WriteNumber(version.CreateRevision);
        sink.WriteNumber(version.Version);
        sink.WriteNumber(version.Value.Length);
        sink.Write(version.Value.Span);

        // The first version that is not above the compacted revision is the last that a read finds.
        _next = version.ModRevision <= view.Compacted || version.Older is not { } older || !IsReadable(older) ? null : older;
        if (_next is null)
        {
            sink.WriteNumber(0);
        }
    }

    // A tombstone below the compacted revision is as good as none.
    private bool IsReadable(KeyVersion version) => version.IsLive || version.ModRevision >= view.Compacted;
}
