namespace ActorQuorum.TestKit.Linearizability.Searching;

/// <summary>The shortest prefix of a history that has no order, and the search that showed it.</summary>
/// <param name="Timeline">The prefix.</param>
/// <param name="End">The search in it.</param>
/// <param name="LastReturn">The rank of its last event.</param>
/// <param name="IsShortest">Whether each shorter one was shown to have an order; not so if a search was given up.</param>
internal sealed record ShortestPrefix<TState, TInput, TOutput>(
    Timeline<TInput, TOutput> Timeline, SearchEnd<TState, TInput, TOutput> End, int LastReturn, bool IsShortest)
    where TInput : notnull
{
    /// <summary>
    /// What holds of a history holds of its prefixes, hence halving finds the end. It lies nowhere before the furthest return of a search
    /// in vain: that search itself holds an order of all that returned before. It may lie behind it, as less is
    /// known in the prefix: not the outcome of what still runs.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="whole">A history that has no order.</param>
    /// <param name="end">The search that showed it.</param>
    /// <param name="maxSteps">The bound of each further search.</param>
    public static ShortestPrefix<TState, TInput, TOutput> Of(
        Model<TState, TInput, TOutput> model, Timeline<TInput, TOutput> whole, SearchEnd<TState, TInput, TOutput> end, long maxSteps)
    {
        var returns = whole.Returns;
        var best = new ShortestPrefix<TState, TInput, TOutput>(whole, end, returns[^1], IsShortest: true);
        var (low, high) = (Array.BinarySearch(returns, end.FurthestReturn), returns.Length - 1);
        for (var middle = low; best.Timeline == whole || low < high; middle = low + ((high - low) / 2))
        {
            var prefix = whole.UpTo(returns[middle]);
            var search = new Search<TState, TInput, TOutput>(model, prefix, maxSteps).Run();
            if (search.Verdict == Verdict.GivenUp) return best with { IsShortest = false };
            if (search.Verdict == Verdict.Linearizable)
            {
                low = middle + 1;
                continue;
            }

            best = new(prefix, search, returns[middle], IsShortest: true);
            (low, high) = (Math.Max(low, Array.BinarySearch(returns, search.FurthestReturn)), middle);
        }

        return best;
    }
}
