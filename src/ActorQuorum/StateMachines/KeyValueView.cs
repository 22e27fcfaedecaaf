namespace ActorQuorum.StateMachines;

/// <summary>The store at one revision. Immutable.</summary>
/// <param name="index">A frozen root.</param>
/// <param name="revision">The revision.</param>
/// <param name="answerLimitBytes">The largest answer.</param>
internal sealed class KeyValueView(KeyIndexRoot index, long revision, long answerLimitBytes) : IStateView
{
    /// <summary>The keys.</summary>
    public KeyIndexRoot Index { get; } = index;

    /// <summary>The store's revision.</summary>
    public long Revision { get; } = revision;

    /// <inheritdoc/>
    public CommandResult Query(ReadOnlyMemory<byte> query) =>
        Command.TryOpen(query, out var kind, out var request)
            ? kind switch
            {
                CommandKind.Range => Range(request),
                CommandKind.Txn => Txn(request),
                _ => Refusal.UnknownCommand.At(Revision),
            }
            : Refusal.UnknownCommand.At(Revision);

    private CommandResult Range(ReadOnlyMemory<byte> request)
    {
        if (RangeFields.Read(request, out var fields) is { } refusal)
        {
            return refusal.At(Revision);
        }

        return KeyValueAnswer.Range(Index, fields, answerLimitBytes) is { } payload
            ? Answer(payload)
            : Refusal.AnswerTooLarge.At(Revision);
    }

    private CommandResult Txn(ReadOnlyMemory<byte> request)
    {
        if (TxnFields.Read(request, out var txn) is { } refusal)
        {
            return refusal.At(Revision);
        }

        if (!txn.WritesNothing)
        {
            return Refusal.UnknownCommand.At(Revision);
        }

        if (TxnPath.Choose(txn, Index, out var path) is { } refusalOnPath)
        {
            return refusalOnPath.At(Revision);
        }

        return new TxnRun(Index, Revision, answerLimitBytes).Execute(txn, path) is { } answer
            ? Answer(answer.ToPayload())
            : Refusal.AnswerTooLarge.At(Revision);
    }

    private CommandResult Answer(ReadOnlyMemory<byte> payload) => new(0, null, Revision, payload);
}
