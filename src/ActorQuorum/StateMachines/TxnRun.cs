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

    /// <summary>Whether something was written.</summary>
    public bool HasChanged { get; private set; }

    private KeyIndexRoot Index => _editor is null ? _frozen : _editor.Current;

    private KeyIndex Editor => _editor ?? throw new InvalidOperationException("A txn that only reads came to a write.");

    private long NewRevision => _revision + 1;

    /// <summary>Carries out <paramref name="txn"/>; null if the keys of its answer would be too large: then the caller undoes it.</summary>
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
                return null;
            }

            answer.Add(operation.Kind, HasChanged ? NewRevision : _revision, payload);
        }

        return answer;
    }

    private ReadOnlyMemory<byte>? Execute(in TxnOperation operation)
    {
        switch (operation.Kind)
        {
            case TxnOperationKind.Range:
                RangeFields.Read(operation.Request, out var range);
                return KeyValueAnswer.Range(Index, range, _bytesLeft);

            case TxnOperationKind.Put:
                PutFields.Read(operation.Request, out var put);
                HasChanged = true;
                return KeyValueEdits.Put(Editor, put, NewRevision);

            case TxnOperationKind.DeleteRange:
                DeleteRangeFields.Read(operation.Request, out var delete);
                var payload = KeyValueEdits.DeleteRange(Editor, delete, NewRevision, _bytesLeft, out var deleted);
                HasChanged |= deleted > 0;
                return payload;

            default:
                throw new InvalidOperationException($"A checked txn holds no operation of kind {operation.Kind}.");
        }
    }
}
