using System.Globalization;
using System.Text;

namespace ActorQuorum.TestKit.Linearizability.Reporting;

/// <summary>A counterexample for a terminal: the end of the prefix, and where the orders got stuck.</summary>
internal static class TextReport
{
    private const int MaxOperations = 60;
    private const int MaxSteps = 12;

    public static string Of(Counterexample counterexample)
    {
        var text = new StringBuilder();
        var events = counterexample.Operations.Count + counterexample.Operations.Count(o => o.ReturnEvent is not null);
        var key = counterexample.Key is null ? "" : $" for key '{counterexample.Key}'";
        var shortest = counterexample.IsShortest ? "The shortest prefix" : "A prefix (a shorter one may exist: a search was given up)";
        var last = counterexample.Last.Number;
        Line(text, $"Not linearizable{key}. {shortest} that has no order: {events} events, up to the return of operation {last}.");
        Line(text, $"The operation that could not be placed: {Row(counterexample.Unplaced)}");
        Line(text, $"");
        Operations(text, counterexample);
        Line(text, $"");
        Line(text, $"The orders that got furthest:");
        foreach (var order in counterexample.FurthestOrders) Order(text, order, counterexample.Unplaced);
        return text.ToString();
    }

    private static void Operations(StringBuilder text, Counterexample counterexample)
    {
        Line(text, $"Its operations, by call (time of call .. time of return):");
        var skipped = Math.Max(0, counterexample.Operations.Count - MaxOperations);
        if (skipped > 0) Line(text, $"    ... {skipped} earlier operations");
        foreach (var operation in counterexample.Operations.Skip(skipped))
            Line(text, $"  {(operation == counterexample.Unplaced ? '!' : ' ')} {Row(operation)}");
    }

    private static void Order(StringBuilder text, PartialOrder order, ShownOperation unplaced)
    {
        var skipped = Math.Max(0, order.Steps.Count - MaxSteps);
        var steps = order.Steps.Skip(skipped).Select(s => $"#{s.Operation.Number} {s.Operation.Text}");
        Line(text, $"  - {(skipped > 0 ? $"({skipped} operations), " : "")}{string.Join(", ", steps)}");
        Line(text, $"      leads to {order.Final}; #{unplaced.Number} {unplaced.Text} does not fit");
    }

    private static string Row(ShownOperation o) =>
        string.Create(CultureInfo.InvariantCulture, $"#{o.Number} client {o.Client}: {o.Text}  ({o.CallTime} .. {Return(o)})");

    private static string Return(ShownOperation o) => (o.ReturnEvent, o.ReturnTime) switch
    {
        (not null, { } time) => time.ToString(CultureInfo.InvariantCulture),
        (null, not null) => "still running",
        _ => "never answered",
    };

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
