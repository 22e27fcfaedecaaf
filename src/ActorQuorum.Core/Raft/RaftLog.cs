using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace ActorQuorum.Core.Raft;

/// <summary>The replicated log as the core sees it: the entries, which of them the disk holds, and which are still to be handed to it.</summary>
internal sealed class RaftLog
{
    private readonly List<Entry> _entries;
    private long _firstUnhanded;
    private long _truncatedFrom;
    private (long From, long Last, long SizeBytes, ImmutableArray<Entry> Entries) _lastSlice = (0, 0, 0, []);

    /// <summary>Takes over what the disk holds.</summary>
    public RaftLog(IReadOnlyList<Entry> durable)
    {
        _entries = [.. durable];
        DurableIndex = LastIndex;
        _firstUnhanded = LastIndex + 1;
        foreach (var entry in durable) SizeBytes += entry.SizeBytes;
    }

    /// <summary>What all entries hold.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>Index of the first entry that is still held: the log is whole until it is compacted.</summary>
    public static long FirstIndex => 1;

    /// <summary>Index of the last entry, zero if there is none.</summary>
    public long LastIndex => _entries.Count;

    /// <summary>Term of the last entry, zero if there is none.</summary>
    public long LastTerm => TermAt(LastIndex);

    /// <summary>The last index known to be durable here.</summary>
    public long DurableIndex { get; private set; }

    /// <summary>Raised at every truncation: an acknowledgement of the disk for an older generation may speak of entries that are gone.</summary>
    public long Generation { get; private set; }

    /// <summary>Whether something waits to be handed to the disk.</summary>
    public bool HasUnhanded => _truncatedFrom > 0 || _firstUnhanded <= LastIndex;

    /// <summary>The entry at <paramref name="index"/>.</summary>
    public Entry this[long index] => _entries[(int)(index - 1)];

    /// <summary>The term at <paramref name="index"/>; zero before the first entry.</summary>
    public long TermAt(long index) => index == 0 ? 0 : _entries[(int)(index - 1)].Term;

    /// <summary>Whether an entry of <paramref name="term"/> stands at <paramref name="index"/> (the consistency check of Raft §5.3).</summary>
    public bool Matches(long index, long term) => index <= LastIndex && TermAt(index) == term;

    /// <summary>Raft §5.4.1: later last term wins; in one term the longer log wins.</summary>
    public bool IsUpToDate(long lastIndex, long lastTerm) => lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    /// <summary>The last index not beyond <paramref name="index"/> whose term is not beyond <paramref name="term"/>: where two logs may still agree.</summary>
    public long LastPossibleMatch(long index, long term)
    {
        var candidate = Math.Min(index, LastIndex);
        while (candidate > 0 && TermAt(candidate) > term) candidate--;
        return candidate;
    }

    /// <summary>Appends one entry behind the last.</summary>
    public void Append(Entry entry)
    {
        Invariant.Check(entry.Index == LastIndex + 1, $"entry {entry.Index} appended behind {LastIndex}");
        Invariant.Check(entry.Term >= LastTerm, $"entry of term {entry.Term} appended behind term {LastTerm}");
        _entries.Add(entry);
        SizeBytes += entry.SizeBytes;
    }

    /// <summary>Removes the entries from <paramref name="index"/> on (Raft §5.3: a conflict with the leader).</summary>
    public void TruncateFrom(long index)
    {
        for (var gone = index; gone <= LastIndex; gone++) SizeBytes -= this[gone].SizeBytes;
        _entries.RemoveRange((int)(index - 1), (int)(LastIndex - index + 1));
        Generation++;
        DurableIndex = Math.Min(DurableIndex, index - 1);
        if (index < _firstUnhanded)
        {
            _firstUnhanded = index;
            _truncatedFrom = index;
        }
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
        _entries.CopyTo((int)(from - 1), slice, 0, count);
        var entries = ImmutableCollectionsMarshal.AsImmutableArray(slice);
        _lastSlice = (from, last, sizeBytes, entries);
        return entries;
    }

    /// <summary>Hands what changed since the last call to the disk.</summary>
    public (long TruncateFrom, ImmutableArray<Entry> Entries) TakeUnhanded()
    {
        var result = (_truncatedFrom, _firstUnhanded > LastIndex ? [] : Slice(_firstUnhanded, LastIndex, long.MaxValue));
        _truncatedFrom = 0;
        _firstUnhanded = LastIndex + 1;
        return result;
    }

    /// <summary>The disk acknowledged. Only the current generation counts: an older one may speak of entries that were truncated since (ABA).</summary>
    public void Acknowledge(long lastIndex, long generation)
    {
        if (generation == Generation) DurableIndex = Math.Max(DurableIndex, lastIndex);
    }

    private bool IsCurrent(ImmutableArray<Entry> slice) =>
        !slice.IsEmpty && slice[^1].Index <= LastIndex && ReferenceEquals(this[slice[^1].Index], slice[^1]);
}
