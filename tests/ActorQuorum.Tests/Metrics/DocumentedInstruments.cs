using ActorQuorum.Metrics;

namespace ActorQuorum.Tests.Metrics;

/// <summary>The tables of docs/metrics.md, and what a node really has, in one order and shape.</summary>
internal static class DocumentedInstruments
{
    /// <summary>Names and units in the section of this heading.</summary>
    public static IEnumerable<(string Name, string Unit)> Under(string heading) =>
        File.ReadLines(Path.Combine(Repository.Root, "docs", "metrics.md"))
            .SkipWhile(line => line != heading).Skip(1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Where(line => line.StartsWith("| `actorquorum.", StringComparison.Ordinal))
            .Select(line => line.Split('|').Select(cell => cell.Trim().Trim('`')).ToArray())
            .Select(cells => (cells[1], cells[3])).Order();

    /// <summary>Names and units of all that a node shows.</summary>
    public static IEnumerable<(string Name, string Unit)> Of(MetricReader reader) =>
        reader.Collect().Select(family => (family.Name, family.Unit.Trim('{', '}'))).Order();
}
