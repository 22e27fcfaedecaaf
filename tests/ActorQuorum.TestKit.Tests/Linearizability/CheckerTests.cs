using System.Collections.Immutable;
using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;

namespace ActorQuorum.TestKit.Tests.Linearizability;

/// <summary>The checker's edges: its bound, many lost operations, equal times, models of a user.</summary>
public sealed class CheckerTests
{
    [Fact]
    public void Past_its_bound_the_checker_says_so()
    {
        // Twelve appends at once, all acknowledged, and a value that none of their orders gives.
        var appends = Enumerable.Range(0, 12).Select(i => Done(i, KeyValueInput.Append("k", $"{(char)('a' + i)}"), 0, 50));
        var history = appends.Append(new(99, KeyValueInput.Get("k"), KeyValueOutput.Got("abc"), 60, 70)).ToList();
        var result = LinearizabilityChecker.Check(new KeyValueModel(), history, maxSteps: 1000);
        result.Verdict.ShouldBe(Verdict.GivenUp);
        result.IsLinearizable.ShouldBeFalse();
        result.Steps.ShouldBeInRange(1000, 1100);
        result.ToString().ShouldStartWith("Given up after 1,0");
        result.ToString().ShouldContain("of key 'k': 13 operations, 0 of them of unknown outcome, have too many orders.");
        result.ToString().ShouldContain("Allow more steps (maxSteps)");
    }

    [Fact]
    public void A_key_that_fails_counts_more_than_one_given_up()
    {
        var hard = Enumerable.Range(0, 12).Select(i => Done(i, KeyValueInput.Append("hard", $"{(char)('a' + i)}"), 0, 50));
        Operation<KeyValueInput, KeyValueOutput>[] rest =
        [
            new(90, KeyValueInput.Get("hard"), KeyValueOutput.Got("abc"), 60, 70),
            new(91, KeyValueInput.Get("wrong"), KeyValueOutput.Got("?"), 80, 90),
        ];
        var result = LinearizabilityChecker.Check(new KeyValueModel(), [.. hard, .. rest], maxSteps: 1000);
        result.Verdict.ShouldBe(Verdict.NotLinearizable);
        result.Counterexample!.Key.ShouldBe("wrong");
        result.Counterexample.IsShortest.ShouldBeFalse("the other key may fail earlier");
        result.ToString().ShouldContain("a shorter one may exist");
    }

    /// <summary>Without the rules for operations of unknown outcome this takes 2 to the power of 60 steps.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Many_lost_writes_do_not_multiply_the_orders(bool areSomeRead)
    {
        var lost = Enumerable.Range(0, 60).Select(i => new Operation<RegisterInput, RegisterOutput>(i, RegisterInput.Write(i), i));
        var history = lost.ToList();
        for (var i = 0; i < 60; i++)
        {
            history.Add(new(100, RegisterInput.Write(1000 + i), RegisterOutput.Done, 100 + (10 * i), 101 + (10 * i)));
            var seen = areSomeRead && i % 7 == 0 ? i : 1000 + i;
            history.Add(new(101, RegisterInput.Read, RegisterOutput.Read(seen), 104 + (10 * i), 105 + (10 * i)));
        }

        var right = LinearizabilityChecker.Check(new RegisterModel(), history, maxSteps: 2_000_000);
        right.Verdict.ShouldBe(Verdict.Linearizable);
        history.Add(new(101, RegisterInput.Read, RegisterOutput.Read(-1), 2000, 2001));
        var wrong = LinearizabilityChecker.Check(new RegisterModel(), history, maxSteps: 2_000_000);
        wrong.Verdict.ShouldBe(Verdict.NotLinearizable);
        wrong.Counterexample!.Unplaced.Text.ShouldBe("read → -1");
    }

    [Fact]
    public void Many_readers_at_once_do_not_multiply_the_orders()
    {
        var history = new List<Operation<RegisterInput, RegisterOutput>> { new(0, RegisterInput.Write(1), RegisterOutput.Done, 0, 100) };
        for (var i = 0; i < 200; i++) history.Add(new(1 + i, RegisterInput.Read, RegisterOutput.Read(i % 2 == 0 ? null : 1), 1, 99));
        LinearizabilityChecker.Check(new RegisterModel(), history, maxSteps: 50_000).Verdict.ShouldBe(Verdict.Linearizable);
        history.Add(new(500, RegisterInput.Read, RegisterOutput.Read(null), 101, 102));
        LinearizabilityChecker.Check(new RegisterModel(), history, maxSteps: 100_000).Verdict.ShouldBe(Verdict.NotLinearizable);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(11, false)]
    public void Operations_that_only_touch_overlap(long callOfTheRead, bool isLinearizable)
    {
        Operation<RegisterInput, RegisterOutput>[] history =
        [
            new(0, RegisterInput.Write(1), RegisterOutput.Done, 0, 10),
            new(1, RegisterInput.Read, RegisterOutput.Read(null), callOfTheRead, 20),
        ];
        LinearizabilityChecker.Check(new RegisterModel(), history).IsLinearizable.ShouldBe(isLinearizable);
    }

    [Theory]
    [InlineData("b", false)]
    [InlineData("a", true)]
    public void A_model_of_a_user_is_checked(string first, bool isLinearizable)
    {
        var recorder = new HistoryRecorder<(bool IsEnqueue, string Item), string>();
        foreach (var item in (string[])["a", "b"]) recorder.Return(recorder.Call(1, (true, item)), item);
        recorder.Return(recorder.Call(2, (false, "")), first);
        LinearizabilityChecker.Check(new QueueModel(), recorder.History).IsLinearizable.ShouldBe(isLinearizable);
    }

    [Fact]
    public void An_operation_cannot_return_before_its_call() =>
        Should.Throw<ArgumentException>(() => Done(3, KeyValueInput.Get("k"), 5, 4))
            .Message.ShouldStartWith("Client 3's 'KeyValueInput");

    [Fact]
    public void An_operation_is_recorded_with_what_became_of_it()
    {
        var recorder = new HistoryRecorder<string, int>();
        var (returned, _, refused) = (recorder.Call(1, "returned"), recorder.Call(2, "lost"), recorder.Call(3, "refused"));
        recorder.Return(returned, 5);
        recorder.Refuse(refused);
        recorder.History.Select(o => (o.Client, o.Input, o.Outcome.ToString(), o.CallTime, o.ReturnTime))
            .ShouldBe([(1, "returned", "5", 1, 4), (2, "lost", "?", 2, null)]);
        Should.Throw<InvalidOperationException>(() => recorder.Return(returned, 6)).Message.ShouldContain("ended already");
        Should.Throw<InvalidOperationException>(() => recorder.Return(refused, 6)).Message.ShouldContain("ended already");
    }

    private static Operation<KeyValueInput, KeyValueOutput> Done(int client, KeyValueInput input, long call, long end) =>
        new(client, input, KeyValueOutput.Done, call, end);

    /// <summary>A queue, as a user would write it: states are lists, compared item by item.</summary>
    private sealed class QueueModel : Model<ImmutableQueue<string>, (bool IsEnqueue, string Item), string>
    {
        public override ImmutableQueue<string> Initial => [];

        public override IEqualityComparer<ImmutableQueue<string>> StateComparer { get; } =
            EqualityComparer<ImmutableQueue<string>>.Create((a, b) => a!.SequenceEqual(b!), queue => queue.Count());

        public override (bool IsLegal, ImmutableQueue<string> Next) Step(
            ImmutableQueue<string> state, (bool IsEnqueue, string Item) input, Outcome<string> outcome) =>
            input.IsEnqueue ? (outcome.Admits(input.Item), state.Enqueue(input.Item))
            : state.IsEmpty ? (outcome.Admits("nothing"), state)
            : (outcome.Admits(state.Peek()), state.Dequeue());
    }
}
