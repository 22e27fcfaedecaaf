using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.TestKit.Tests.Linearizability.Histories;

/// <summary>An operation drawn at random, and the moment at which a register executes it.</summary>
internal sealed record Draw(RegisterInput Input, int Call, int Effect, int Return, bool IsLost, int Lie);

/// <summary>Histories that a real register answered, with random overlap, and what a lie makes of them.</summary>
internal static class RandomHistories
{
    /// <summary>Draws of so many operations within so much time: the less time, the more they overlap.</summary>
    public static Arbitrary<Draw[]> Draws(int operations, int time, int values, int lostPercent) => Arb.From(
        OneDraw(time, values, lostPercent).ArrayOf(operations),
        draws => Enumerable.Range(0, draws.Length).Select(i => draws.Where((_, at) => at != i).ToArray()));

    /// <summary>What clients see when a register executes each operation at its moment.</summary>
    public static List<Operation<RegisterInput, RegisterOutput>> Answered(IEnumerable<Draw> draws)
    {
        var model = new RegisterModel();
        var value = model.Initial;
        var history = new List<Operation<RegisterInput, RegisterOutput>>();
        foreach (var draw in draws.OrderBy(d => d.Effect))
        {
            var output = draw.Input.Kind switch
            {
                RegisterOperation.Read => RegisterOutput.Read(value),
                RegisterOperation.CompareAndSet when value != draw.Input.Expected => RegisterOutput.Unchanged,
                _ => RegisterOutput.Done,
            };
            if (draw.Input.Kind != RegisterOperation.Read && output.Succeeded) value = draw.Input.Value;
            history.Add(draw.IsLost
                ? new(history.Count, draw.Input, draw.Call)
                : new(history.Count, draw.Input, output, draw.Call, draw.Return));
        }

        return history;
    }

    /// <summary>The same with one answer changed: the first operation that is asked to lie and can.</summary>
    public static List<Operation<RegisterInput, RegisterOutput>> WithALie(IReadOnlyList<Draw> draws)
    {
        var history = Answered(draws);
        var at = history.FindIndex(
            o => o.Outcome.IsKnown && o.Input.Kind != RegisterOperation.Write && (o.CallTime + o.Client) % 3 == draws[0].Lie);
        if (at < 0) return history;
        var o = history[at];
        var lie = o.Input.Kind == RegisterOperation.Read
            ? RegisterOutput.Read(((o.Outcome.Output.Value ?? 0) + 1 + draws[0].Lie) % 3)
            : new RegisterOutput(!o.Outcome.Output.Succeeded);
        history[at] = new(o.Client, o.Input, lie, o.CallTime, o.ReturnTime!.Value);
        return history;
    }

    private static Gen<Draw> OneDraw(int time, int values, int lostPercent) =>
        from kind in Gen.Elements(RegisterOperation.Read, RegisterOperation.Read, RegisterOperation.Write, RegisterOperation.CompareAndSet)
        from value in Gen.Choose(0, values - 1)
        from expected in Gen.Choose(0, values - 1)
        from call in Gen.Choose(0, time)
        from before in Gen.Choose(0, 12)
        from after in Gen.Choose(0, 12)
        from lost in Gen.Choose(0, 99)
        from lie in Gen.Choose(0, 2)
        select new Draw(InputOf(kind, value, expected), call, call + before, call + before + after, lost < lostPercent, lie);

    private static RegisterInput InputOf(RegisterOperation kind, int value, int expected) => kind switch
    {
        RegisterOperation.Read => RegisterInput.Read,
        RegisterOperation.Write => RegisterInput.Write(value),
        _ => RegisterInput.CompareAndSet(expected, value),
    };
}
