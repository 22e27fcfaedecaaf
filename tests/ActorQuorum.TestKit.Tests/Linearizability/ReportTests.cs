using System.Globalization;
using System.Xml.Linq;
using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;
using ActorQuorum.TestKit.Tests.Linearizability.Histories;

namespace ActorQuorum.TestKit.Tests.Linearizability;

/// <summary>What a reader gets to see.</summary>
public sealed class ReportTests
{
    private const string StaleRead = "0 write 1; 0 ok; 1 write 2; 2 read; 2 = 2; 3 read; 3 = 1; 1 ok; 0 read; 0 = 2";

    [Fact]
    public void A_counterexample_as_text()
    {
        Check(StaleRead).ToString().ShouldBe(
            """
            Not linearizable. The shortest prefix that has no order: 7 events, up to the return of operation 4.
            The operation that could not be placed: #4 client 3: read → 1  (6 .. 7)

            Its operations, by call (time of call .. time of return):
                #1 client 0: write 1 → done  (1 .. 2)
                #2 client 1: write 2 → ?  (3 .. still running)
                #3 client 2: read → 2  (4 .. 5)
              ! #4 client 3: read → 1  (6 .. 7)

            The orders that got furthest:
              - #1 write 1 → done, #2 write 2 → ?, #3 read → 2
                  leads to 2; #4 read → 1 does not fit

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void A_right_history_as_text() => Check("0 write 1; 0 ok").ToString().ShouldBe("The history is linearizable.");

    [Fact]
    public void The_earliest_failure_of_all_keys_is_shown()
    {
        var history = Script.KeyValue("0 put a 1; 0 ok; 1 put b 1; 1 ok; 1 get b; 1 = 2; 0 get a; 0 = 2");
        var counterexample = LinearizabilityChecker.Check(new KeyValueModel(), history).Counterexample.ShouldNotBeNull();
        counterexample.Key.ShouldBe("b");
        counterexample.Operations.Select(o => o.Text).ShouldBe(["put b \"1\" → done", "get b → \"2\""]);
    }

    [Fact]
    public void The_last_return_may_shut_the_way_before_another_operation()
    {
        var counterexample = Check("0 write 1; 0 ok; 1 cas 1 2; 2 read; 2 = 2; 1 no").Counterexample.ShouldNotBeNull();
        counterexample.Last.Text.ShouldBe("cas 1 to 2 → unchanged");
        counterexample.Unplaced.Text.ShouldBe("read → 2");
    }

    [Fact]
    public void The_orders_shown_lead_to_different_states()
    {
        var orders = Check("0 write 1; 1 write 2; 2 write 3; 3 read; 3 = 9").Counterexample.ShouldNotBeNull().FurthestOrders;
        orders.Select(o => o.Final).ShouldBe(["nil", "1", "2", "3"], ignoreOrder: true);
        orders.ShouldAllBe(o => o.Initial == "nil" && o.Steps.Count <= 1);
    }

    [Fact]
    public void The_page_is_well_formed_and_needs_nothing_else()
    {
        var html = Check(StaleRead).ToHtml();
        var page = Parse(html);
        html.ShouldNotContain("<script");
        page.Descendants().Attributes().Select(a => a.Name.LocalName).ShouldNotContain(name => name == "src" || name == "href");
        page.Descendants().Count(e => e.Name.LocalName == "rect").ShouldBe(4);
        var unplaced = page.Descendants().Single(e => e.Name.LocalName == "rect" && e.Attribute("class")!.Value.Contains("unplaced"));
        unplaced.Parent!.Value.ShouldContain("#4 read → 1");
        page.Descendants().Count(e => e.Name.LocalName == "polyline").ShouldBe(1);
        page.Descendants().Count(e => e.Name.LocalName == "circle").ShouldBe(3);
    }

    /// <summary>In each order's line an operation's point lies on its bar, and the line never turns back.</summary>
    [Fact]
    public void Points_lie_on_their_bars_in_order()
    {
        var page = Parse(Check("0 write 1; 1 write 2; 2 read; 3 read; 2 = 1; 3 = 2; 2 read; 3 read; 2 = 2; 3 = 1; 0 ok; 1 ok").ToHtml());
        var bars = page.Descendants().Where(e => e.Name.LocalName == "svg" && e.Parent!.Name.LocalName == "svg")
            .Select(e => (X: Number(e, "x"), Y: Number(e, "y"), Width: Number(e, "width"))).ToList();
        var orders = page.Descendants().Where(e => e.Attribute("class")?.Value.StartsWith("order") ?? false).ToList();
        orders.ShouldNotBeEmpty();
        foreach (var order in orders)
        {
            var circles = order.Elements().Where(e => e.Name.LocalName == "circle");
            var points = circles.Select(e => (X: Number(e, "cx"), Y: Number(e, "cy"))).ToList();
            points.ShouldNotBeEmpty();
            points.Select(p => p.X).ShouldBeInOrder(SortDirection.Ascending);
            points.ShouldAllBe(p => bars.Exists(b => b.X <= p.X && p.X <= b.X + b.Width && b.Y <= p.Y && p.Y <= b.Y + 24));
        }
    }

    [Fact]
    public void Words_of_the_history_cannot_break_the_page()
    {
        var history = Script.KeyValue("0 put <k>&'\" </svg><script>; 0 ok; 1 get <k>&'\"; 1 = nil");
        var html = LinearizabilityChecker.Check(new KeyValueModel(), history).ToHtml();
        html.ShouldNotContain("<script");
        Parse(html).Value.ShouldContain("put <k>&'\" \"</svg><script>\" → done");
    }

    [Fact]
    public void Overlapping_operations_of_one_client_get_rows_of_their_own()
    {
        var overlap = new Operation<RegisterInput, RegisterOutput>[]
        {
            new(7, RegisterInput.Write(1), RegisterOutput.Done, 0, 10),
            new(7, RegisterInput.Write(2), RegisterOutput.Done, 1, 9),
            new(7, RegisterInput.Read, RegisterOutput.Read(5), 2, 8),
        };
        var page = Parse(LinearizabilityChecker.Check(new RegisterModel(), overlap).ToHtml());
        page.Descendants().Where(e => e.Name.LocalName == "svg" && e.Parent!.Name.LocalName == "svg").Select(e => Number(e, "y"))
            .ShouldBeUnique();
        page.Descendants().Count(e => e.Attribute("class")?.Value == "client").ShouldBe(1);
    }

    [Theory]
    [InlineData("0 write 1; 0 ok", 1000, "Linearizable")]
    [InlineData("0 write 1; 1 write 2; 2 write 3; 0 ok; 1 ok; 2 ok", 1, "Given up")]
    public void A_page_without_a_picture_still_tells_the_verdict(string script, int maxSteps, string title) =>
        Parse(LinearizabilityChecker.Check(new RegisterModel(), Script.Register(script), maxSteps).ToHtml())
            .Descendants().Single(e => e.Name.LocalName == "h1").Value.ShouldBe(title);

    [Fact]
    public void A_long_prefix_is_cut_at_its_beginning()
    {
        var past = string.Concat(Enumerable.Range(0, 700).Select(i => $"0 write {i}; 0 ok; "));
        var result = Check($"{past} 1 read; 1 = 3");
        result.Counterexample!.Operations.Count.ShouldBe(701);
        result.ToString().ShouldContain("... 641 earlier operations");
        result.ToString().Split('\n').Length.ShouldBeLessThan(80);
        result.ToHtml().ShouldContain("201 earlier operations are left out.");
    }

    [Fact]
    public void The_page_is_written_to_a_file()
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var result = Check(StaleRead);
            result.WriteHtml(path);
            File.ReadAllText(path).ShouldBe(result.ToHtml());
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static double Number(XElement element, string attribute) =>
        double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    private static XElement Parse(string html) => XElement.Parse(html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal));

    private static LinearizabilityResult Check(string script) => LinearizabilityChecker.Check(new RegisterModel(), Script.Register(script));
}
