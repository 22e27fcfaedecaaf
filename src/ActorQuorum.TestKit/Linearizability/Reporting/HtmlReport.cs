using System.Text;
using static ActorQuorum.TestKit.Linearizability.Reporting.HistoryPicture;

namespace ActorQuorum.TestKit.Linearizability.Reporting;

/// <summary>A result as one page: no script, nothing to load. Radio buttons and style rules choose the order that is shown.</summary>
internal static class HtmlReport
{
    private const int MaxOperations = 500;

    private const string Style = """
        :root { color-scheme: light dark; --ink: #222; --paper: #fff; --rule: #ddd; }
        :root { --bar: #cfe3f7; --edge: #5b8fc2; --bad: #f6b9b4; --line: #d2691e; }
        @media (prefers-color-scheme: dark) {
          :root { --ink: #ddd; --paper: #191b1e; --rule: #333; --bar: #27435e; --edge: #6fa3d4; --bad: #7c2b26; --line: #ff9d4d; }
        }
        body { font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); margin: 1.5em; }
        /* Shows its right end first: what cannot be placed stands there. */
        .scroll { overflow-x: auto; border: 1px solid var(--rule); margin: .6em 0; direction: rtl; }
        .scroll > * { direction: ltr; }
        svg text { font: 11px ui-monospace, monospace; fill: var(--ink); }
        .row { stroke: var(--rule); }
        .bar { fill: var(--bar); stroke: var(--edge); }
        .open { stroke-dasharray: 4 3; fill-opacity: .45; }
        .unplaced, .last { fill: var(--bad); stroke: #d0312d; }
        .unplaced { stroke-width: 2.5; }
        .order, .steps { display: none; }
        .order polyline { fill: none; stroke: var(--line); stroke-width: 1.5; }
        .order circle { fill: var(--line); }
        td, th { padding: .1em .8em .1em 0; text-align: left; font: 12px ui-monospace, monospace; }
        .stuck td { color: #d0312d; font-weight: bold; }

        """;

    public static string Of(LinearizabilityResult result)
    {
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang='en'><head><meta charset='utf-8'/><title>Linearizability</title>\n");
        page.Append("<style>\n").Append(Style);
        for (var i = 0; i < (result.Counterexample?.FurthestOrders.Count ?? 0); i++)
            Write(page, $"#o{i}:checked ~ .scroll .o{i} {{ display: inline; }} #o{i}:checked ~ .s{i} {{ display: table; }}\n");
        page.Append("</style></head><body>\n");
        if (result.Counterexample is { } counterexample) Body(page, counterexample);
        else Write(page, $"<h1>{(result.IsLinearizable ? "Linearizable" : "Given up")}</h1><p>{Escape(result.ToString())}</p>\n");
        return page.Append("</body></html>\n").ToString();
    }

    private static void Body(StringBuilder page, Counterexample counterexample)
    {
        var of = counterexample.Key is null ? "" : $": key '{counterexample.Key}'";
        var prefix = counterexample.IsShortest ? "The shortest prefix" : "A prefix (a shorter one may exist: a search was given up)";
        Write(page, $"<h1>Not linearizable{Escape(of)}</h1>\n");
        Write(page, $"<p>{prefix} that has no order ends with the return of #{counterexample.Last.Number}. ");
        var unplaced = counterexample.Unplaced;
        Write(page, $"Red with a thick edge: #{unplaced.Number} {Escape(unplaced.Text)}, which could not be placed. ");
        page.Append("Dashed: without an answer in this prefix; it may have taken effect or not. Distances are events, not time.</p>\n");
        for (var i = 0; i < counterexample.FurthestOrders.Count; i++)
        {
            var isChosen = i == 0 ? " checked='checked'" : "";
            Write(page, $"<input type='radio' name='order' id='o{i}'{isChosen}/>");
            Write(page, $"<label for='o{i}'>order {i + 1}: leads to {Escape(counterexample.FurthestOrders[i].Final)}</label>\n");
        }

        var skipped = Math.Max(0, counterexample.Operations.Count - MaxOperations);
        if (skipped > 0) Write(page, $"<p>{skipped} earlier operations are left out.</p>\n");
        page.Append("<div class='scroll'>\n");
        Draw(page, [.. counterexample.Operations.Skip(skipped)], counterexample);
        page.Append("</div>\n");
        for (var i = 0; i < counterexample.FurthestOrders.Count; i++)
            Steps(page, counterexample.FurthestOrders[i], i, counterexample.Unplaced);
    }

    private static void Steps(StringBuilder page, PartialOrder order, int number, ShownOperation unplaced)
    {
        Write(page, $"<table class='steps s{number}'><tr><th>operation</th><th>client</th><th></th><th>state after it</th></tr>\n");
        var skipped = Math.Max(0, order.Steps.Count - MaxOperations);
        if (skipped > 0) Write(page, $"<tr><td>{skipped} earlier ones</td><td/><td/><td/></tr>\n");
        else Write(page, $"<tr><td/><td/><td>at first</td><td>{Escape(order.Initial)}</td></tr>\n");
        foreach (var (operation, state) in order.Steps.Skip(skipped))
            Row(page, "", operation, Escape(state));
        Row(page, " class='stuck'", unplaced, "does not fit");
        page.Append("</table>\n");
    }

    private static void Row(StringBuilder page, string kind, ShownOperation o, string state) =>
        Write(page, $"<tr{kind}><td>#{o.Number}</td><td>{o.Client}</td><td>{Escape(o.Text)}</td><td>{state}</td></tr>\n");
}
