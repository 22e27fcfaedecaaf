namespace ActorQuorum.StateMachines;

/// <summary>
/// The key-value store with etcd's revisions. A put, and a delete that deletes something, raise the store's revision by one; a deleted key
/// keeps its history under a tombstone. All writes of a txn are one revision. One thread applies; views are readable from any.
/// </summary>
/// <param name="answerLimitBytes">The largest answer: a part of the replicated rules, so only tests change it.</param>
internal sealed class KeyValueStore(long answerLimitBytes = KeyValueAnswer.SizeLimitBytes) : IStateMachine
{
    private readonly KeyIndex _index = new();
    private long _revision = 1;
    private KeyValueView? _view;

    /// <summary>The revision of the last change.</summary>
    public long Revision => _revision;

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
            CommandKind.Txn => Txn(request),
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
        return Answer(KeyValueEdits.Put(_index, fields, _revision));
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

        if (TxnPath.Choose(txn, _index.Current, out var path) is { } refusalOnPath)
        {
            return refusalOnPath.At(_revision);
        }

        // How large the answer gets is known only once its writes are made. Others need no way back, and edit in place.
        KeyIndexRoot? before = path.Writes && path.WantsKeys ? _index.Freeze() : null;
        var run = new TxnRun(_index, _revision, answerLimitBytes);
        if (run.Execute(txn, path) is not { } answer)
        {
            if (before is { } root)
            {
                _index.Revert(root);
            }

            return Refusal.AnswerTooLarge.At(_revision);
        }

        if (run.HasChanged)
        {
            Advance();
        }

        return Answer(answer.ToPayload());
    }

    private void Advance()
    {
        _revision++;
        _view = null;
    }

    private CommandResult Answer(ReadOnlyMemory<byte> payload) => new(0, null, _revision, payload);
}
