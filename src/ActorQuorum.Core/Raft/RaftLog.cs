using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ActorQuorum.Core.Raft;

/// <summary>
/// The replicated log as the core sees it: the entries behind its base, which of them the disk holds, and which are still to be handed to
/// it. What stands up to the base is in a snapshot (Raft §7), and so committed.
/// </summary>
internal sealed class RaftLog
{
    private readonly List<Entry> _entries;

    /// <summary>What all up to each entry hold, those that are gone included: what lies between two is one subtraction, however long the log.</summary>
    private readonly List<long> _sizes = [];
    private long _goneSizeBytes;
    private long _firstUnhanded;
    private long _truncatedFrom;
    private LogBase? _unhandedBase;
    private (long From, long Last, long SizeBytes, ImmutableArray<Entry> Entries) _lastSlice = (0, 0, 0, []);

    /// <summary>Takes over what the disk holds.</summary>
    public RaftLog(IReadOnlyList<Entry> durable, LogBase? begin = null)
    {
        (BaseIndex, BaseTerm) = (begin?.Index ?? 0, begin?.Term ?? 0);
        _entries = [.. durable];
        foreach (var entry in durable) Weigh(entry);
        DurableIndex = LastIndex;
        _firstUnhanded = LastIndex + 1;
    }

    /// <summary>What all entries hold.</summary>
    public long SizeBytes => SizeBetween(BaseIndex, LastIndex);

    /// <summary>The last index that only a snapshot holds; zero while the log is whole.</summary>
    public long BaseIndex { get; private set; }

    /// <summary>The term at <see cref="BaseIndex"/>.</summary>
    public long BaseTerm { get; private set; }

    /// <summary>Index of the first entry that is still held.</summary>
    public long FirstIndex => BaseIndex + 1;

    /// <summary>Index of the last entry, zero if there was never one.</summary>
    public long LastIndex => BaseIndex + _entries.Count;

    /// <summary>Term of the last entry, zero if there was never one.</summary>
    public long LastTerm => TermAt(LastIndex);

    /// <summary>The last index known to be durable here.</summary>
    public long DurableIndex { get; private set; }

    /// <summary>Raised at every truncation: an acknowledgement of the disk for an older generation may speak of entries that are gone.</summary>
    public long Generation { get; private set; }

    /// <summary>Whether something waits to be handed to the disk.</summary>
    public bool HasUnhanded => _truncatedFrom > 0 || _firstUnhanded <= LastIndex || _unhandedBase is not null;

    /// <summary>The entry at <paramref name="index"/>.</summary>
    public Entry this[long index] => _entries[(int)(index - BaseIndex - 1)];

    /// <summary>The term at <paramref name="index"/>, which is not before the base; zero before the first entry.</summary>
    public long TermAt(long index) => index == BaseIndex ? BaseTerm : this[index].Term;

    /// <summary>
    /// Whether an entry of <paramref name="term"/> stands at <paramref name="index"/> (the consistency check of Raft §5.3). What is before the
    /// base is committed, so that every leader holds the same.
    /// </summary>
    public bool Matches(long index, long term) => index < BaseIndex || (index <= LastIndex && TermAt(index) == term);

    /// <summary>Raft §5.4.1: later last term wins; in one term the longer log wins.</summary>
    public bool IsUpToDate(long lastIndex, long lastTerm) => lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    /// <summary>
    /// The last index not beyond <paramref name="index"/> whose term is not beyond <paramref name="term"/>: where two logs may still agree.
    /// Before the base no term is known: an index from there is given back as it is.
    /// </summary>
    public long LastPossibleMatch(long index, long term)
    {
        var candidate = Math.Min(index, LastIndex);
        while (candidate > BaseIndex && TermAt(candidate) > term) candidate--;
        return candidate;
    }

    /// <summary>Appends one entry behind the last.</summary>
    public void Append(Entry entry)
    {
        Invariant.Check(entry.Index == LastIndex + 1, $"entry {entry.Index} appended behind {LastIndex}");
        Invariant.Check(entry.Term >= LastTerm, $"entry of term {entry.Term} appended behind term {LastTerm}");
        _entries.Add(entry);
        Weigh(entry);
    }

    /// <summary>Removes the entries from <paramref name="index"/> on (Raft §5.3: a conflict with the leader).</summary>
    public void TruncateFrom(long index)
    {
        var kept = (int)(index - BaseIndex - 1);
        _entries.RemoveRange(kept, _entries.Count - kept);
        _sizes.RemoveRange(kept, _sizes.Count - kept);
        Generation++;
        DurableIndex = Math.Min(DurableIndex, index - 1);
        if (index < _firstUnhanded)
        {
            _firstUnhanded = index;
            _truncatedFrom = index;
        }
    }

    /// <summary>Raft §7: a snapshot holds what the entries up to <paramref name="index"/> did; they go.</summary>
    public void CompactTo(long index)
    {
        Invariant.Check(index > BaseIndex && index <= DurableIndex, $"compaction to {index}, the log begins behind {BaseIndex} and is durable to {DurableIndex}");
        var term = TermAt(index);
        _goneSizeBytes = SizeUpTo(index);
        _entries.RemoveRange(0, (int)(index - BaseIndex));
        _sizes.RemoveRange(0, (int)(index - BaseIndex));
        (BaseIndex, BaseTerm) = (index, term);
        _unhandedBase = new(index, term, _unhandedBase?.IsReset ?? false);
    }

    /// <summary>Raft §7: an installed snapshot replaces the whole log.</summary>
    public void Reset(long index, long term)
    {
        _entries.Clear();
        _sizes.Clear();
        _goneSizeBytes = 0;
        (BaseIndex, BaseTerm) = (index, term);
        Generation++;
        DurableIndex = index;
        _firstUnhanded = index + 1;
        _truncatedFrom = 0;
        _unhandedBase = new(index, term, IsReset: true);
    }

    /// <summary>What the entries behind <paramref name="after"/> hold, up to <paramref name="last"/>.</summary>
    public long SizeBetween(long after, long last) => SizeUpTo(last) - SizeUpTo(after);

    /// <summary>
    /// The least index that is held, or the base, behind which the entries up to <paramref name="last"/> hold no more than
    /// <paramref name="sizeBytes"/>.
    /// </summary>
    public long LeastWithin(long last, long sizeBytes)
    {
        var gone = SizeUpTo(last) - sizeBytes;
        if (gone <= _goneSizeBytes) return BaseIndex;
        var found = _sizes.BinarySearch(gone);
        return FirstIndex + (found < 0 ? ~found : found);
    }

    /// <summary>Entries from <paramref name="from"/> on, not beyond <paramref name="last"/>, at least one and no more than <paramref name="sizeBytes"/>.</summary>
    public ImmutableArray<Entry> Slice(long from, long last, long sizeBytes)
    {
        // Followers in step ask for the same entries in the same turn: one array serves them all.
        if (_lastSlice.From == from && _lastSlice.Last == last && _lastSlice.SizeBytes == sizeBytes && IsCurrent(_lastSlice.Entries)) return _lastSlice.Entries;
        var count = 0;
        for (long size = 0; from + count <= last; count++)
        {
            size += this[from + count].SizeBytes;
            if (count > 0 && size > sizeBytes) break;
        }

        var slice = new Entry[count];
        _entries.CopyTo((int)(from - FirstIndex), slice, 0, count);
        var entries = ImmutableCollectionsMarshal.AsImmutableArray(slice);
        _lastSlice = (from, last, sizeBytes, entries);
        return entries;
    }

    /// <summary>Hands what changed since the last call to the disk.</summary>
    public (LogBase? Base, long TruncateFrom, ImmutableArray<Entry> Entries) TakeUnhanded()
    {
        var result = (_unhandedBase, _truncatedFrom, _firstUnhanded > LastIndex ? [] : Slice(_firstUnhanded, LastIndex, long.MaxValue));
        _unhandedBase = null;
        _truncatedFrom = 0;
        _firstUnhanded = LastIndex + 1;
        return result;
    }

    /// <summary>The disk acknowledged. Only the current generation counts: an older one may speak of entries that were truncated since (ABA).</summary>
    public void Acknowledge(long lastIndex, long generation)
    {
        if (generation == Generation) DurableIndex = Math.Max(DurableIndex, lastIndex);
    }

    private void Weigh(Entry entry) => _sizes.Add((_sizes.Count > 0 ? _sizes[^1] : _goneSizeBytes) + entry.SizeBytes);

    private long SizeUpTo(long index) => index == BaseIndex ? _goneSizeBytes : _sizes[(int)(index - BaseIndex - 1)];

    private bool IsCurrent(ImmutableArray<Entry> slice) =>
        !slice.IsEmpty && slice[0].Index > BaseIndex && slice[^1].Index <= LastIndex && ReferenceEquals(this[slice[^1].Index], slice[^1]);
}
