using System.Runtime.InteropServices;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>Builds up again what one group persisted, record by record.</summary>
/// <param name="mayBegin">Whether the segments before were given up, so that the group's log begins with what a segment says of it.</param>
internal sealed class GroupReplay(bool mayBegin)
{
    private readonly List<Entry> _entries = [];
    private bool _mayBegin = mayBegin;

    /// <summary>Where the log ends after what was applied.</summary>
    public GroupTail Tail { get; } = new();

    /// <summary>What the group persisted.</summary>
    public RecoveredGroup Result => new(Tail.State, _entries, Tail.Base);

    /// <summary>Applies a record; returns what is wrong with it, or null.</summary>
    /// <param name="record">A record whose checksum matched.</param>
    public string? Apply(Record record) => record.Kind switch
    {
        RecordKind.State => RecordPayload.TryReadState(record.Payload) is { } state ? Tail.Take(state) : "a state record is malformed",
        RecordKind.Entry => RecordPayload.TryReadEntry(record.Payload) is { } entry ? Apply(entry) : "an entry record is malformed",
        RecordKind.Snapshot => RecordPayload.TryReadPlace(record.Payload) is var (meaning, place)
            ? Apply(meaning, place)
            : "a snapshot record is malformed",
        _ => RecordPayload.TryReadTruncation(record.Payload) is { } from ? Truncate(from) : "a truncation record is malformed",
    };

    private string? Apply(Entry entry)
    {
        _mayBegin = false;
        if (Tail.Take(entry) is { } wrong)
            return wrong;
        _entries.Add(entry);
        return null;
    }

    private string? Truncate(long from)
    {
        if (Tail.Truncate(from) is { } wrong)
            return wrong;
        CollectionsMarshal.SetCount(_entries, (int)(from - 1 - Tail.Base.Index));
        return null;
    }

    private string? Apply(PlaceMeaning meaning, LogPlace place)
    {
        switch (meaning)
        {
            case PlaceMeaning.SegmentBegins:
                return Begin(place);
            case PlaceMeaning.Compacted:
                return Compact(place);
            default:
                _entries.Clear();
                return Tail.Reset(place);
        }
    }

    private string? Begin(LogPlace place)
    {
        if (_mayBegin)
            Tail.BeginUnseen(place);
        _mayBegin = false;
        return Tail.MayEndAt(place)
            ? null
            : $"the segment says that the log ended at entry {place.Index} of term {place.Term}, but it ended at {Tail.LastIndex} of term {Tail.LastTerm}";
    }

    private string? Compact(LogPlace place)
    {
        // A start may begin behind an older base: then that one says nothing any more.
        if (place.Index < Tail.Base.Index)
            return null;
        int gone = (int)(place.Index - Tail.Base.Index);
        if (Tail.Compact(place) is { } wrong)
            return wrong;
        _entries.RemoveRange(0, gone);
        return null;
    }
}
