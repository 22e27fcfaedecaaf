namespace ActorQuorum.StateMachines;

/// <summary>Carries out a txn whose path is chosen: every write at one new revision, every range after the writes before it.</summary>
internal sealed class TxnRun
{
    private readonly KeyIndex? _editor;
    private readonly KeyIndexRoot _frozen;
    private readonly long _revision;
    private long _bytesLeft;

    /// <summary>A run that may write.</summary>
    public TxnRun(KeyIndex editor, long revision, long answerLimitBytes)
        : this(editor.Current, revision, answerLimitBytes) => _editor = editor;

    /// <summary>A run that only reads.</summary>
    public TxnRun(KeyIndexRoot index, long revision, long answerLimitBytes)
    {
        _frozen = index;
        _revision = revision;
        _bytesLeft = answerLimitBytes;
    }

    /// <summary>Why it failed, if it did.</summary>
    public Refusal? Refusal { get; private set; }

    /// <summary>Whether something was written.</summary>
    public bool HasChanged { get; private set; }

    private KeyIndexRoot Index => _editor is null ? _frozen : _editor.Current;

    private KeyIndex Editor => _editor ?? throw new InvalidOperationException("A txn that only reads came to a write.");

    private long NewRevision => _revision + 1;

    private long CurrentRevision => HasChanged ? NewRevision : _revision;

    /// <summary>Carries out <paramref name="txn"/>; null if it fails on the way: then the caller undoes it.</summary>
    public TxnAnswer? Execute(TxnFields txn, TxnPath path)
    {
        var isSuccess = path.Next();
        var answer = new TxnAnswer(isSuccess);
        foreach (ref readonly var operation in txn.Branch(isSuccess))
        {
            if (operation.Kind == TxnOperationKind.Txn)
            {
                if (Execute(operation.Inner, path) is not { } nested)
                {
                    return null;
                }

                answer.Add(nested);
                continue;
            }

            if (Execute(operation) is not { } payload)
            {
                return null;
            }

            _bytesLeft -= operation.WantsKeys ? payload.Length : 0;
            if (_bytesLeft < 0)
            {
                Refusal = Refusal.AnswerTooLarge;
                return null;
            }

            answer.Add(operation.Kind, CurrentRevision, payload);
        }

        return answer;
    }

    private ReadOnlyMemory<byte>? Execute(in TxnOperation operation)
    {
        switch (operation.Kind)
        {
            case TxnOperationKind.Range:
                RangeFields.Read(operation.Request, out var range);
                return Range(range);

            case TxnOperationKind.Put:
                PutFields.Read(operation.Request, out var put);
                return Put(put);

            case TxnOperationKind.DeleteRange:
                DeleteRangeFields.Read(operation.Request, out var delete);
                return DeleteRange(delete);

            default:
                throw new InvalidOperationException($"A checked txn holds no operation of kind {operation.Kind}.");
        }
    }

    private ReadOnlyMemory<byte>? Range(in RangeFields range)
    {
        // The revision before this txn's own is an old one as soon as it has written.
        var at = range.Revision <= 0 || range.Revision == CurrentRevision ? KeyIndexRoot.Newest : range.Revision;
        var payload = RangeAnswer.Of(Index, range, at, _bytesLeft);
        Refusal = payload is null ? Refusal.AnswerTooLarge : null;
        return payload;
    }

    private ReadOnlyMemory<byte>? Put(in PutFields put)
    {
        var payload = KeyValueEdits.Put(Editor, put, NewRevision);

        // The path was checked against the store before the txn; the key was deleted within it. etcd falls over here.
        Refusal = payload is null ? Refusal.NoSuchKey : null;
        HasChanged |= payload is not null;
        return payload;
    }

    private ReadOnlyMemory<byte>? DeleteRange(in DeleteRangeFields delete)
    {
        var payload = KeyValueEdits.DeleteRange(Editor, delete, NewRevision, _bytesLeft, out var deleted);
        Refusal = payload is null ? Refusal.AnswerTooLarge : null;
        HasChanged |= deleted > 0;
        return payload;
    }
}
