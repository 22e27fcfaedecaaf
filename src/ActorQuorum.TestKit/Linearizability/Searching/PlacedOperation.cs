namespace ActorQuorum.TestKit.Linearizability.Searching;

/// <summary>An operation with the ranks of its call and return among all events of the history.</summary>
internal readonly record struct PlacedOperation<TInput, TOutput>(Operation<TInput, TOutput> Operation, int Call, int Return)
{
    /// <summary>The rank of a return that never came: after every event.</summary>
    public const int Never = int.MaxValue;

    /// <summary>Whether the outcome is unknown: to the client, or within this prefix.</summary>
    public bool IsLost => Return == Never;

    /// <summary>What is known of the outcome.</summary>
    public Outcome<TOutput> Outcome => IsLost ? default : Operation.Outcome;
}

/// <summary>The operations of a history, or of a part of it, by call.</summary>
internal sealed class Timeline<TInput, TOutput>(IReadOnlyList<PlacedOperation<TInput, TOutput>> operations)
{
    /// <summary>The operations, by call.</summary>
    public IReadOnlyList<PlacedOperation<TInput, TOutput>> Operations => operations;

    /// <summary>The ranks at which operations return, ascending.</summary>
    public int[] Returns => [.. operations.Where(o => !o.IsLost).Select(o => o.Return).Order()];

    /// <summary>
    /// Ranks the events of a history by time. At one instant calls come before returns: operations that only touch count as overlapping,
    /// as nobody can tell which was first.
    /// </summary>
    public static Timeline<TInput, TOutput> Of(IReadOnlyList<Operation<TInput, TOutput>> history)
    {
        var calls = history.Select((o, at) => (Time: o.CallTime, IsReturn: false, At: at));
        var returns = history.Select((o, at) => (o.ReturnTime, At: at)).Where(o => o.ReturnTime is not null)
            .Select(o => (Time: o.ReturnTime!.Value, IsReturn: true, o.At));
        var ranks = new (int Call, int Return)[history.Count];
        Array.Fill(ranks, (0, PlacedOperation<TInput, TOutput>.Never));
        var rank = 0;
        foreach (var (_, isReturn, at) in calls.Concat(returns).Order())
        {
            if (isReturn) ranks[at].Return = rank++;
            else ranks[at].Call = rank++;
        }

        var placed = history.Select((o, at) => new PlacedOperation<TInput, TOutput>(o, ranks[at].Call, ranks[at].Return));
        return new([.. placed.OrderBy(o => o.Call)]);
    }

    /// <summary>What had happened once the event of this rank had: the outcome of what runs on is unknown then.</summary>
    public Timeline<TInput, TOutput> UpTo(int rank) => new(
    [
        .. from o in operations
           where o.Call <= rank
           select o.Return <= rank ? o : o with { Return = PlacedOperation<TInput, TOutput>.Never },
    ]);

    /// <summary>The parts that can be checked alone, in the order of their first calls.</summary>
    public IEnumerable<(object? Key, Timeline<TInput, TOutput> Part)> Split(Func<TInput, object?> keyOf) =>
        operations.GroupBy(o => keyOf(o.Operation.Input)).Select(part => (part.Key, new Timeline<TInput, TOutput>([.. part])));
}
