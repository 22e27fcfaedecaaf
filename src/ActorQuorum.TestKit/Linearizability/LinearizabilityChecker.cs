using ActorQuorum.TestKit.Linearizability.Reporting;
using ActorQuorum.TestKit.Linearizability.Searching;

namespace ActorQuorum.TestKit.Linearizability;

/// <summary>Tells whether a concurrent history could have come from a sequential object (Herlihy and Wing 1990).</summary>
public static class LinearizabilityChecker
{
    /// <summary>The default bound on a search: some seconds, and some hundred megabytes at worst.</summary>
    public const long DefaultMaxSteps = 10_000_000;

    /// <summary>
    /// Checks a history, key by key. Every answered operation must be in it, and every unanswered one that may have taken effect;
    /// those that certainly did not must not.
    /// </summary>
    /// <typeparam name="TState">What the object holds.</typeparam>
    /// <typeparam name="TInput">What an operation asks.</typeparam>
    /// <typeparam name="TOutput">What an operation answers.</typeparam>
    /// <param name="model">The sequential object.</param>
    /// <param name="history">What the clients saw, in any order.</param>
    /// <param name="maxSteps">How many steps of the model each search may take before it is given up.</param>
    /// <returns>The verdict, and what speaks for it.</returns>
    public static LinearizabilityResult Check<TState, TInput, TOutput>(
        Model<TState, TInput, TOutput> model, IReadOnlyList<Operation<TInput, TOutput>> history, long maxSteps = DefaultMaxSteps)
        where TInput : notnull
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(history);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxSteps);
        long steps = 0;
        string? givenUp = null;
        (object? Key, ShortestPrefix<TState, TInput, TOutput> Prefix)? worst = null;
        foreach (var (key, part) in Timeline<TInput, TOutput>.Of(history).Split(model.KeyOf))
        {
            // Once a key has failed, another matters only if it fails earlier.
            var timeline = worst is { } known ? part.UpTo(known.Prefix.LastReturn) : part;
            var end = new Search<TState, TInput, TOutput>(model, timeline, maxSteps).Run();
            steps += end.Steps;
            if (end.Verdict == Verdict.GivenUp) givenUp ??= GivenUp(key, timeline, end.Steps);
            if (end.Verdict == Verdict.NotLinearizable)
                worst = (key, ShortestPrefix<TState, TInput, TOutput>.Of(model, timeline, end, maxSteps));
        }

        return worst is { } found
            ? new(Verdict.NotLinearizable, steps, null, CounterexampleWriter.Write(model, found.Key, found.Prefix, givenUp is null))
            : givenUp is not null ? new(Verdict.GivenUp, steps, givenUp, null) : new(Verdict.Linearizable, steps, null, null);
    }

    private static string GivenUp<TInput, TOutput>(object? key, Timeline<TInput, TOutput> timeline, long steps) =>
        $"Given up after {steps:N0} steps{(key is null ? "" : $" of key '{key}'")}: {timeline.Operations.Count:N0} operations, " +
        $"{timeline.Operations.Count(o => o.IsLost):N0} of them of unknown outcome, have too many orders. " +
        "Allow more steps (maxSteps), spread the operations over more keys, or check a shorter history.";
}
