using System.Runtime.InteropServices;

namespace ActorQuorum.StateMachines;

/// <summary>
/// The key-value store with etcd's revisions. A put, and a delete that deletes something, raise the store's revision by one; a deleted key
/// keeps its history under a tombstone. One thread applies; views are readable from any.
/// </summary>
/// <param name="answerLimitBytes">The largest answer: a part of the replicated rules, so only tests change it.</param>
internal sealed class KeyValueStore(long answerLimitBytes = KeyValueAnswer.SizeLimitBytes) : IStateMachine
{
    // What a command carries beside its value: prefix, tags, lengths, flags. A longer array around a value is a frame or a segment that
    // must not live as long as the value does.
    private const int SharedSlackBytes = 512;

    private readonly KeyIndex _index = new();
    private long _revision = 1;
    private KeyValueView? _view;

    /// <inheritdoc/>
    public IStateView View => _view ??= new KeyValueView(_index.Freeze(), _revision, answerLimitBytes);

    /// <inheritdoc/>
    public CommandResult Apply(long index, ReadOnlyMemory<byte> command)
    {
        if (!Command.TryOpen(command, out var kind, out var request))
        {
            return Refusal.UnknownCommand.At(_revision);
        }

        return kind switch
        {
            CommandKind.Put => Put(request),
            CommandKind.DeleteRange => DeleteRange(request),
            _ => Refusal.UnknownCommand.At(_revision),
        };
    }

    private CommandResult Put(ReadOnlyMemory<byte> request)
    {
        if (PutFields.Read(request, out var fields) is { } refusal)
        {
            return refusal.At(_revision);
        }

        Advance();
        var previous = _index.Put(fields.Key.Span, Retained(fields.Value), _revision);
        return Answer(fields.WantsPrevious && previous is { IsLive: true }
            ? KeyValueAnswer.Put(new IndexSlot(fields.Key.ToArray(), previous))
            : default);
    }

    private CommandResult DeleteRange(ReadOnlyMemory<byte> request)
    {
        if (DeleteRangeFields.Read(request, out var fields) is { } refusal)
        {
            return refusal.At(_revision);
        }

        // Gathered first: a scan must not see the tree change.
        List<IndexSlot> doomed = [];
        long sizeBytes = 0;
        foreach (var slot in _index.Current.Scan(fields.Interval))
        {
            doomed.Add(slot);
            sizeBytes += fields.WantsPrevious ? KeyValueAnswer.SizeOf(slot, keysOnly: false) : 0;
            if (sizeBytes > answerLimitBytes)
            {
                return Refusal.AnswerTooLarge.At(_revision);
            }
        }

        if (doomed.Count == 0)
        {
            return Answer(default);
        }

        Advance();
        foreach (var slot in doomed)
        {
            _index.Delete(slot.Key, _revision);
        }

        var previous = CollectionsMarshal.AsSpan(doomed);
        return Answer(KeyValueAnswer.DeleteRange(doomed.Count, fields.WantsPrevious ? previous : default, sizeBytes));
    }

    private void Advance()
    {
        _revision++;
        _view = null;
    }

    private CommandResult Answer(ReadOnlyMemory<byte> payload) => new(0, null, _revision, payload);

    // The log holds the command as long as it can; the value is shared with it where that keeps little else alive.
    private static ReadOnlyMemory<byte> Retained(ReadOnlyMemory<byte> value)
    {
        if (value.IsEmpty)
        {
            return default;
        }

        var isShared = MemoryMarshal.TryGetArray(value, out var segment) && segment.Array!.Length - value.Length <= SharedSlackBytes;
        return isShared ? value : value.ToArray();
    }
}
