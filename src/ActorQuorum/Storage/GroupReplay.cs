using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>Builds up again what one group persisted, record by record.</summary>
internal sealed class GroupReplay
{
    private readonly List<Entry> _entries = [];
    private HardState _state = HardState.Initial;

    /// <summary>Where the log ends after what was applied.</summary>
    public GroupTail Tail { get; } = new();

    /// <summary>What the group persisted.</summary>
    public RecoveredGroup Result => new(_state, _entries);

    /// <summary>Applies a record; returns what is wrong with it, or null.</summary>
    /// <param name="record">A record whose checksum matched.</param>
    public string? Apply(Record record) => record.Kind switch
    {
        RecordKind.State => RecordPayload.TryReadState(record.Payload) is { } state ? Apply(state) : "a state record is malformed",
        RecordKind.Entry => RecordPayload.TryReadEntry(record.Payload) is { } entry ? Apply(entry) : "an entry record is malformed",
        _ => RecordPayload.TryReadTruncation(record.Payload) is { } from ? Truncate(from) : "a truncation record is malformed",
    };

    private string? Apply(HardState state)
    {
        if (Tail.Take(state) is { } wrong)
            return wrong;
        _state = state;
        return null;
    }

    private string? Apply(Entry entry)
    {
        if (Tail.Take(entry) is { } wrong)
            return wrong;
        _entries.Add(entry);
        return null;
    }

    private string? Truncate(long from)
    {
        if (Tail.Truncate(from, from >= 2 && from - 2 < _entries.Count ? _entries[(int)(from - 2)].Term : 0) is { } wrong)
            return wrong;
        _entries.RemoveRange((int)(from - 1), _entries.Count - (int)(from - 1));
        return null;
    }
}
