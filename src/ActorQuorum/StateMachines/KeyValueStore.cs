using ActorQuorum.StateMachines.Processors;

namespace ActorQuorum.StateMachines;

/// <summary>
/// The key-value store with etcd's revisions. A put, and a delete that deletes something, raise the store's revision by one; a deleted key
/// keeps its history under a tombstone. All writes of a txn are one revision. A compaction puts the history below a revision out of reach at
/// once; its memory is given back in bounded steps, with it and with what comes after. One thread applies; views are readable from any.
/// </summary>
/// <param name="answerLimitBytes">The largest answer: a part of the replicated rules, so only tests change it.</param>
/// <param name="processors">The user's own commands; null for none.</param>
internal sealed partial class KeyValueStore(long answerLimitBytes = KeyValueAnswer.SizeLimitBytes, ProcessorSet? processors = null) : IStateMachine
{
    // Milliseconds, even if all of it are keys to be taken out of the index. Most compactions are done with it.
    private const int DropsAtOnce = 8 << 10;

    // Microseconds. A command drops twice what it leaves behind besides, so that however much is written, all is dropped in the end.
    private const int DropsPerStep = 16;

    private KeyIndex _index = new();
    private CompactedRevision _compacted = new();
    private int _captures;
    private long _revision = 1;
    private bool _hasToDrop;
    private KeyValueView? _view;

    /// <inheritdoc/>
    public long Revision => _revision;

    /// <inheritdoc/>
    public IStateView View
    {
        get
        {
            // Here too, or a store that is only read would keep what a large compaction left over.
            Drop(DropsPerStep);
            return _view ??= new KeyValueView(_index.Freeze(), _revision, _compacted, answerLimitBytes);
        }
    }

    /// <inheritdoc/>
    public IStateCapture Capture()
    {
        Interlocked.Increment(ref _captures);
        return new KeyValueCapture((KeyValueView)View, () => Interlocked.Decrement(ref _captures));
    }

    /// <inheritdoc/>
    public IStateRestore BeginRestore() => new KeyValueRestore(this);

    /// <summary>Takes over what was restored. Views of before keep what they see: they share neither index nor compacted revision with this.</summary>
    internal void Become(KeyIndex index, long revision, long compacted)
    {
        (_index, _revision, _compacted) = (index, revision, new CompactedRevision());
        _compacted.Raise(compacted);
        _hasToDrop = true;
        _view = null;
    }

    /// <summary>Everything in memory, what waits to be dropped too. It changes with the next command.</summary>
    internal KeyIndexRoot Held => _index.Current;

    /// <inheritdoc/>
    public CommandResult Apply(long index, ReadOnlyMemory<byte> command)
    {
        if (!Command.TryOpen(command, out var kind, out var request))
        {
            return Refusal.UnknownCommand.At(_revision);
        }

        var superseded = _index.Superseded;
        var result = kind switch
        {
            CommandKind.Put => Put(request),
            CommandKind.DeleteRange => DeleteRange(request),
            CommandKind.Txn => Txn(request),
            CommandKind.Compact => Compact(request),
            CommandKind.Process => Process(index, request),
            _ => Refusal.UnknownCommand.At(_revision),
        };
        Drop(DropsPerStep + (2 * (_index.Superseded - superseded)));
        return result;
    }

    private CommandResult Put(ReadOnlyMemory<byte> request)
    {
        if (PutFields.Read(request, out var fields) is { } refusal)
        {
            return refusal.At(_revision);
        }

        if (fields.Lease != 0)
        {
            return Refusal.NoSuchLease.At(_revision);
        }

        if (KeyValueEdits.Put(_index, fields, _revision + 1) is not { } payload)
        {
            return Refusal.NoSuchKey.At(_revision);
        }

        Advance();
        return Answer(payload);
    }

    private CommandResult DeleteRange(ReadOnlyMemory<byte> request)
    {
        if (DeleteRangeFields.Read(request, out var fields) is { } refusal)
        {
            return refusal.At(_revision);
        }

        if (KeyValueEdits.DeleteRange(_index, fields, _revision + 1, answerLimitBytes, out var deleted) is not { } payload)
        {
            return Refusal.AnswerTooLarge.At(_revision);
        }

        if (deleted > 0)
        {
            Advance();
        }

        return Answer(payload);
    }

    private CommandResult Txn(ReadOnlyMemory<byte> request)
    {
        if (TxnFields.Read(request, out var txn) is { } refusal)
        {
            return refusal.At(_revision);
        }

        if (TxnPath.Choose(txn, _index.Current, _revision, _compacted.Value, out var path) is { } refusalOnPath)
        {
            return refusalOnPath.At(_revision);
        }

        // Whether some txns can be carried out is known only once their writes are made. Others need no way back, and edit in place.
        KeyIndexRoot? before = path.MayFail ? _index.Freeze() : null;
        var run = new TxnRun(_index, _revision, answerLimitBytes);
        if (run.Execute(txn, path) is not { } answer)
        {
            if (before is { } root)
            {
                _index.Revert(root, _revision);
            }

            return run.Refusal!.At(_revision);
        }

        if (run.HasChanged)
        {
            Advance();
        }

        return Answer(answer.ToPayload());
    }

    private CommandResult Compact(ReadOnlyMemory<byte> request)
    {
        if (CompactionFields.Read(request, out var fields) is { } refusal)
        {
            return refusal.At(_revision);
        }

        if (fields.Revision <= _compacted.Value || fields.Revision > _revision)
        {
            return (fields.Revision > _revision ? Refusal.FutureRevision : Refusal.Compacted).At(_revision);
        }

        _compacted.Raise(fields.Revision);
        _hasToDrop = true;
        _view = null;
        Drop(DropsAtOnce);
        return Answer(ReadOnlyMemory<byte>.Empty);
    }

    // When what is dropped goes does not show: reads and digests look no further than the compacted revision.
    private void Drop(long limit)
    {
        // What a snapshot is about to write stays; it is dropped with what comes after.
        if (!_hasToDrop || Volatile.Read(ref _captures) > 0)
        {
            return;
        }

        // The last view would hold on to what is taken out of the index.
        _view = null;
        _hasToDrop = _index.Drop(_compacted.Value, limit) == limit;
    }

    private void Advance()
    {
        _revision++;
        _view = null;
    }

    private CommandResult Answer(ReadOnlyMemory<byte> payload) => new(0, null, _revision, payload);
}
