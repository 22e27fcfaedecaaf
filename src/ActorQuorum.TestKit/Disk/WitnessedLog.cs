using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;

namespace ActorQuorum.TestKit.Disk;

/// <summary>A log whose owner does not take its word: it notes by itself what the disk was told to keep, so that invariants need not trust the node.</summary>
internal sealed class WitnessedLog(ILogStore inner, DurableState found) : ILogStore
{
    private readonly List<Persist> _written = [];
    private long _flushedBytes;
    private long _statedBytes;
    private readonly List<long> _terms = [.. found.Entries.Select(entry => entry.Term)];
    private LogBase _base = found.Base;

    /// <summary>The state that is durable.</summary>
    public HardState State { get; private set; } = found.State;

    /// <summary>The last index that is durable.</summary>
    public long LastIndex => _base.Index + _terms.Count;

    /// <summary>The last entry that only a snapshot holds.</summary>
    public long BaseIndex => _base.Index;

    /// <summary>Up to where a mark on the disk says that the log is durable; what this process wrote counts.</summary>
    public long MarkedBytes { get; private set; }

    /// <inheritdoc/>
    public long SizeBytes => inner.SizeBytes;

    /// <summary>Up to where entries must be there after a crash: a truncation that was written and not flushed may have reached the disk.</summary>
    public long CertainIndex =>
        _written.Where(persist => persist.TruncateFrom > 0).Select(persist => persist.TruncateFrom - 1)
            .Concat(_written.Where(persist => persist.Base is { IsReset: true }).Select(persist => persist.Base!.Index)).Append(LastIndex).Min();

    /// <summary>Whether an entry of this term is durable at this index; before the base a snapshot vouches for it.</summary>
    public bool Holds(long index, long term) =>
        index < _base.Index || (index <= LastIndex && (index == _base.Index ? _base.Term : _terms[(int)(index - _base.Index - 1)]) == term);

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Persist> batch)
    {
        _statedBytes = _flushedBytes;

        // Noted first: of a write that fails some may reach the disk.
        _written.AddRange(batch);
        inner.Write(batch);
    }

    /// <inheritdoc/>
    public void Flush()
    {
        inner.Flush();
        foreach (var persist in _written) Note(persist);
        _written.Clear();
        MarkedBytes = _statedBytes;
        _flushedBytes = inner.SizeBytes;
    }

    /// <inheritdoc/>
    public Action? TakeTrim()
    {
        var before = inner.SizeBytes;
        var trim = inner.TakeTrim();

        // Offsets count from the start of the first segment that is left.
        var given = before - inner.SizeBytes;
        MarkedBytes -= given;
        _flushedBytes -= given;
        _statedBytes -= given;
        return trim;
    }

    /// <inheritdoc/>
    public void Close() => inner.Close();

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();

    private void Note(Persist persist)
    {
        State = persist.State ?? State;
        if (persist.Base is { } place)
        {
            _terms.RemoveRange(0, place.IsReset ? _terms.Count : (int)(place.Index - _base.Index));
            _base = place;
        }

        if (persist.TruncateFrom > 0)
        {
            var kept = (int)(persist.TruncateFrom - 1 - _base.Index);
            _terms.RemoveRange(kept, _terms.Count - kept);
        }

        foreach (var entry in persist.Entries) _terms.Add(entry.Term);
    }
}
