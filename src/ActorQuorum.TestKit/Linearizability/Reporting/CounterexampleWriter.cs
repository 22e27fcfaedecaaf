using ActorQuorum.TestKit.Linearizability.Searching;

namespace ActorQuorum.TestKit.Linearizability.Reporting;

/// <summary>Turns what the search knows into what a reader sees: the model's words, and events numbered without gaps.</summary>
internal static class CounterexampleWriter
{
    public static Counterexample Write<TState, TInput, TOutput>(
        Model<TState, TInput, TOutput> model, object? key, ShortestPrefix<TState, TInput, TOutput> prefix, bool isShortest)
        where TInput : notnull
    {
        var operations = prefix.Timeline.Operations;
        var ranks = operations.SelectMany(o => o.IsLost ? [o.Call] : new[] { o.Call, o.Return }).Order().ToArray();
        var shown = operations.Select((o, at) => (o.Call, Shown: Show(o, at + 1))).ToDictionary(o => o.Call, o => o.Shown);
        return new()
        {
            Key = key?.ToString(),
            Operations = [.. operations.Select(o => shown[o.Call])],
            Last = ReturnedAt(prefix.LastReturn),
            Unplaced = ReturnedAt(prefix.End.FurthestReturn),
            FurthestOrders = [.. prefix.End.FurthestOrders.Select(Replay)],
            IsShortest = isShortest && prefix.IsShortest,
        };

        ShownOperation Show(PlacedOperation<TInput, TOutput> o, int number) => new(
            number, o.Operation.Client, model.Describe(o.Operation.Input, o.Outcome), o.Operation.CallTime, o.Operation.ReturnTime,
            Array.BinarySearch(ranks, o.Call), o.IsLost ? null : Array.BinarySearch(ranks, o.Return));

        ShownOperation ReturnedAt(int rank) => shown[operations.First(o => o.Return == rank).Call];

        PartialOrder Replay(IReadOnlyList<PlacedOperation<TInput, TOutput>> order)
        {
            var state = model.Initial;
            var steps = new List<PartialOrderStep>(order.Count);
            foreach (var o in order)
            {
                state = model.Step(state, o.Operation.Input, o.Outcome).Next;
                steps.Add(new(shown[o.Call], model.DescribeState(state)));
            }

            return new(model.DescribeState(model.Initial), steps);
        }
    }
}
