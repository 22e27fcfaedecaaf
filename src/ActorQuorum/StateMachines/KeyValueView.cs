namespace ActorQuorum.StateMachines;

/// <summary>
/// The store at one revision. Immutable, but for its past: a read at an older revision is refused once the store has compacted beyond it,
/// however old the view.
/// </summary>
/// <param name="index">A frozen root.</param>
/// <param name="revision">The revision.</param>
/// <param name="compacted">What is compacted by now.</param>
/// <param name="answerLimitBytes">The largest answer.</param>
internal sealed class KeyValueView(KeyIndexRoot index, long revision, CompactedRevision compacted, long answerLimitBytes) : IStateView
{
    /// <summary>The compacted revision when the view was made.</summary>
    public long Compacted { get; } = compacted.Value;

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

        if (fields.Revision > Revision)
        {
            return Refusal.FutureRevision.At(Revision);
        }

        var at = fields.Revision <= 0 || fields.Revision == Revision ? KeyIndexRoot.Newest : fields.Revision;
        if (at < compacted.Value)
        {
            return Refusal.Compacted.At(Revision);
        }

        var payload = RangeAnswer.Of(Index, fields, at, answerLimitBytes);

        // Once more: what was compacted while it was read may be missing.
        return at < compacted.Value ? Refusal.Compacted.At(Revision)
            : payload is { } answer ? Answer(answer)
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

        if (TxnPath.Choose(txn, Index, Revision, compacted.Value, out var path) is { } refusalOnPath)
        {
            return refusalOnPath.At(Revision);
        }

        var run = new TxnRun(Index, Revision, answerLimitBytes);
        var answer = run.Execute(txn, path);

        // Once more: what was compacted while it was read may be missing.
        return path.OldestRead < compacted.Value ? Refusal.Compacted.At(Revision)
            : answer is not null ? Answer(answer.ToPayload())
            : run.Refusal!.At(Revision);
    }

    private CommandResult Answer(ReadOnlyMemory<byte> payload) => new(0, null, Revision, payload);
}
