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
        Command.TryOpen(query, out var kind, out var request) && kind == CommandKind.Range
            ? Range(request)
            : Refusal.UnknownCommand.At(Revision);

    private CommandResult Range(ReadOnlyMemory<byte> request)
    {
        if (RangeFields.Read(request, out var fields) is { } refusal)
        {
            return refusal.At(Revision);
        }

        if (fields.Interval.IsSingle && !fields.CountOnly)
        {
            var isFound = Index.TryFind(fields.Interval.Start.Span, out var found);
            return Answer(isFound ? KeyValueAnswer.Single(found, fields.KeysOnly) : default);
        }

        var count = Index.Count(fields.Interval);
        var taken = fields.CountOnly ? 0 : fields.Limit > 0 ? (int)Math.Min(fields.Limit, count) : count;
        return KeyValueAnswer.Range(Index, fields, taken, count, answerLimitBytes) is { } payload
            ? Answer(payload)
            : Refusal.AnswerTooLarge.At(Revision);
    }

    private CommandResult Answer(ReadOnlyMemory<byte> payload) => new(0, null, Revision, payload);
}
