using ActorQuorum.TestKit.Linearizability;

namespace ActorQuorum.TestKit.Tests.Linearizability.Histories;

/// <summary>The definition, tried out: any order of the answered operations and of any of the unanswered ones. For a handful.</summary>
internal static class BruteForce
{
    public static bool IsLinearizable<TState, TInput, TOutput>(
        Model<TState, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> history)
        where TInput : notnull
    {
        return Extends(model.Initial, [.. history]);

        bool Extends(TState state, List<Operation<TInput, TOutput>> left)
        {
            if (left.TrueForAll(o => o.ReturnTime is null)) return true;
            foreach (var next in left)
            {
                if (left.Exists(o => o.ReturnTime < next.CallTime)) continue;
                var (isLegal, after) = model.Step(state, next.Input, next.Outcome);
                if (isLegal && Extends(after, [.. left.Where(o => !ReferenceEquals(o, next))])) return true;
            }

            return false;
        }
    }

    /// <summary>The time of the return that ends the shortest prefix without an order; null if the history has one.</summary>
    public static long? ShortestPrefix<TState, TInput, TOutput>(
        Model<TState, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> history)
        where TInput : notnull =>
        history.Where(o => o.ReturnTime is not null).Select(o => o.ReturnTime!.Value).Distinct().Order()
            .Cast<long?>().FirstOrDefault(end => !IsLinearizable(model, UpTo(history, end!.Value)));

    private static List<Operation<TInput, TOutput>> UpTo<TInput, TOutput>(IReadOnlyList<Operation<TInput, TOutput>> history, long end) =>
        [.. history.Where(o => o.CallTime <= end).Select(o => o.ReturnTime <= end ? o : new(o.Client, o.Input, o.CallTime))];
}
