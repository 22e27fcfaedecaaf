using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;
using ActorQuorum.TestKit.Linearizability.Searching;
using ActorQuorum.TestKit.Tests.Linearizability.Histories;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.TestKit.Tests.Linearizability;

/// <summary>Random histories, against a register that is right by construction and a checker that is right by being stupid.</summary>
public sealed class PropertyTests
{
    private static readonly RegisterModel Model = new();

    [Theory]
    [InlineData(12, 20, 3, 20)]
    [InlineData(150, 300, 3, 10)]
    [InlineData(300, 2000, 40, 5)]
    public void What_a_register_answers_is_linearizable(int operations, int time, int values, int lostPercent) =>
        Check(RandomHistories.Draws(operations, time, values, lostPercent), 100, draws =>
        {
            var history = RandomHistories.Answered(draws);
            var timeline = Timeline<RegisterInput, RegisterOutput>.Of(history);
            var end = new Search<long?, RegisterInput, RegisterOutput>(Model, timeline, 5_000_000).Run();
            end.Verdict.ShouldBe(Verdict.Linearizable);
            ShouldExplain(end.Order, history);
        });

    /// <summary>Few operations, few values, much overlap, many without an answer: where the search leaves orders out.</summary>
    [Theory]
    [InlineData(5, 10, 30)]
    [InlineData(7, 25, 40)]
    [InlineData(8, 40, 15)]
    [InlineData(7, 12, 70)]
    public void The_checker_agrees_with_trying_every_order(int operations, int time, int lostPercent)
    {
        var (right, wrong) = (0, 0);
        Check(RandomHistories.Draws(operations, time, 3, lostPercent), 3000, draws =>
        {
            var history = draws.Length == 0 ? [] : RandomHistories.WithALie(draws);
            var expected = BruteForce.IsLinearizable(Model, history);
            LinearizabilityChecker.Check(Model, history).IsLinearizable.ShouldBe(expected);
            if (expected) right++;
            else wrong++;
        });
        right.ShouldBeGreaterThan(100);
        wrong.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData(6, 20, 20)]
    [InlineData(8, 40, 40)]
    public void The_prefix_is_the_shortest(int operations, int time, int lostPercent)
    {
        var later = 0;
        Check(RandomHistories.Draws(operations, time, 3, lostPercent), 1500, draws =>
        {
            var history = draws.Length == 0 ? [] : RandomHistories.WithALie(draws);
            var counterexample = LinearizabilityChecker.Check(Model, history).Counterexample;
            (counterexample?.Last.ReturnTime).ShouldBe(BruteForce.ShortestPrefix(Model, history));
            if (counterexample is null) return;
            counterexample.IsShortest.ShouldBeTrue();
            counterexample.FurthestOrders.ShouldNotBeEmpty();
            if (counterexample.Unplaced != counterexample.Last) later++;
        });
        later.ShouldBeGreaterThan(0, "in some prefix the last return shuts the way before another operation");
    }

    [Fact]
    public void A_history_of_several_keys_is_right_where_each_key_is() =>
        Check(RandomHistories.Draws(8, 20, 3, 20), 500, draws =>
        {
            var byParity = draws.Select((draw, at) => (draw, at)).ToLookup(d => d.at % 2, d => d.draw);
            var parts = byParity.Select(part => (part.Key, History: RandomHistories.WithALie([.. part]))).ToList();
            var whole = parts.SelectMany(p => p.History.Select(o => Keyed(o, p.Key))).ToList();
            var result = LinearizabilityChecker.Check(new KeyedRegisters(), whole);
            result.IsLinearizable.ShouldBe(parts.TrueForAll(p => BruteForce.IsLinearizable(Model, p.History)));
            (result.Counterexample?.Last.ReturnTime).ShouldBe(parts.Min(p => BruteForce.ShortestPrefix(Model, p.History)));
        });

    private static void Check(Arbitrary<Draw[]> draws, int count, Action<Draw[]> property) =>
        Prop.ForAll(draws, property).Check(Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(2026, 11));

    /// <summary>An order found is one: everything answered is in it, once, in real time's order, and the model agrees.</summary>
    private static void ShouldExplain(
        IReadOnlyList<PlacedOperation<RegisterInput, RegisterOutput>> order, List<Operation<RegisterInput, RegisterOutput>> history)
    {
        order.Select(o => o.Operation).Distinct().Count().ShouldBe(order.Count);
        order.Count(o => !o.IsLost).ShouldBe(history.Count(o => o.Outcome.IsKnown));
        var state = Model.Initial;
        var latestCall = long.MinValue;
        foreach (var (operation, _, _) in order)
        {
            latestCall = Math.Max(latestCall, operation.CallTime);
            (operation.ReturnTime ?? long.MaxValue).ShouldBeGreaterThanOrEqualTo(latestCall);
            (var isLegal, state) = Model.Step(state, operation.Input, operation.Outcome);
            isLegal.ShouldBeTrue();
        }
    }

    private static Operation<(int, RegisterInput), RegisterOutput> Keyed(Operation<RegisterInput, RegisterOutput> o, int key) =>
        o.ReturnTime is { } end
            ? new(o.Client, (key, o.Input), o.Outcome.Output, o.CallTime, end)
            : new(o.Client, (key, o.Input), o.CallTime);

    private sealed class KeyedRegisters : Model<long?, (int Key, RegisterInput Input), RegisterOutput>
    {
        public override long? Initial => Model.Initial;

        public override (bool IsLegal, long? Next) Step(
            long? state, (int Key, RegisterInput Input) input, Outcome<RegisterOutput> outcome) =>
            Model.Step(state, input.Input, outcome);

        public override object? KeyOf((int Key, RegisterInput Input) input) => input.Key;
    }
}
