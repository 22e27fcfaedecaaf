using System.Globalization;
using System.Net;
using System.Text;

namespace ActorQuorum.TestKit.Linearizability.Reporting;

/// <summary>The operations as bars, and over them the orders as lines from point to point, of which the page shows one at a time.</summary>
internal static class HistoryPicture
{
    private const int BarHeight = 24;

    public static void Draw(StringBuilder page, IReadOnlyList<ShownOperation> operations, Counterexample counterexample)
    {
        var layout = new PictureLayout(operations);
        Write(page, $"<svg xmlns='http://www.w3.org/2000/svg' width='{layout.Width}' height='{layout.Height}' role='img'>\n");
        foreach (var (client, row) in layout.Clients)
        {
            var y = PictureLayout.Y(row);
            Write(page, $"<line class='row' x1='0' x2='{layout.Width}' y1='{y - 3}' y2='{y - 3}'/>");
            Write(page, $"<text class='client' x='4' y='{y + 16}'>client {client}</text>\n");
        }

        foreach (var operation in operations) Bar(page, layout, operation, counterexample);
        for (var i = 0; i < counterexample.FurthestOrders.Count; i++) Order(page, layout, counterexample.FurthestOrders[i], i);
        page.Append("</svg>\n");
    }

    private static void Bar(StringBuilder page, PictureLayout layout, ShownOperation operation, Counterexample counterexample)
    {
        var kind = operation == counterexample.Unplaced ? "bar unplaced" : operation == counterexample.Last ? "bar last"
            : operation.ReturnEvent is null ? "bar open" : "bar";
        var (x, y) = (layout.X(operation.CallEvent), PictureLayout.Y(layout.RowOf(operation)));
        var width = layout.X(layout.EndOf(operation)) - x;
        var text = Escape($"#{operation.Number} {operation.Text}");

        // A nested picture cuts off what its bar has no room for.
        Write(page, $"<svg x='{x:0.#}' y='{y}' width='{width:0.#}' height='{BarHeight}'><title>{text}</title>");
        Write(page, $"<rect class='{kind}' x='0.5' y='0.5' width='{width - 1:0.#}' height='{BarHeight - 1}' rx='4'/>");
        Write(page, $"<text x='5' y='11'>{text}</text></svg>\n");
    }

    private static void Order(StringBuilder page, PictureLayout layout, PartialOrder order, int number)
    {
        var points = layout.Points(order).Select(p => (p.X, Y: PictureLayout.Y(layout.RowOf(p.Operation)) + BarHeight - 6)).ToList();
        Write(page, $"<g class='order o{number}'><polyline points='");
        page.AppendJoin(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.#},{p.Y}"))).Append("'/>");
        foreach (var (x, y) in points) Write(page, $"<circle cx='{x:0.#}' cy='{y}' r='4'/>");
        page.Append("</g>\n");
    }

    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    public static void Write(StringBuilder page, FormattableString text) => page.Append(text.ToString(CultureInfo.InvariantCulture));
}
