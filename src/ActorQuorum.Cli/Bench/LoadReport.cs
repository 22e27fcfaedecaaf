using System.Globalization;
using System.Text.Json;
using ActorQuorum.Cli.Output;
using Spectre.Console;

namespace ActorQuorum.Cli.Bench;

/// <summary>Prints what a bench measured.</summary>
internal static class LoadReport
{
    private static readonly (string Name, double Share)[] Percentiles = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)];

    public static void Print(LoadResult result, OutputFormat format)
    {
        if (format == OutputFormat.Json) PrintJson(result);
        else if (format == OutputFormat.Table) PrintTable(result);
        else PrintLines(result);
    }

    /// <summary>Microseconds as people read them.</summary>
    public static string Time(long microseconds) => microseconds switch
    {
        < 1_000 => FormattableString.Invariant($"{microseconds} µs"),
        < 10_000 => FormattableString.Invariant($"{microseconds / 1e3:0.00} ms"),
        < 100_000 => FormattableString.Invariant($"{microseconds / 1e3:0.0} ms"),
        < 1_000_000 => FormattableString.Invariant($"{microseconds / 1e3:0} ms"),
        _ => FormattableString.Invariant($"{microseconds / 1e6:0.00} s"),
    };

    private static IEnumerable<(string Name, LatencyHistogram Latencies)> Rows(LoadResult result)
    {
        var (puts, gets) = (result.Counts.Of(LoadKind.Put), result.Counts.Of(LoadKind.Get));
        if (result.Plan.ReadShare < 1) yield return ("put", puts);
        if (result.Plan.ReadShare > 0) yield return ("get", gets);
        if (result.Plan.ReadShare is > 0 and < 1) yield return ("both", result.Counts.All());
    }

    private static void PrintTable(LoadResult result)
    {
        var plan = result.Plan;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{plan.Clients} clients over {result.OpenConnections} open connections to {string.Join(", ", plan.Endpoints)}; values of {plan.ValueBytes} bytes, {plan.Keys:N0} keys, {result.Elapsed.TotalSeconds:0.0} s"));
        var table = Tables.Create(["", "requests", "per second", .. Percentiles.Select(percentile => percentile.Name), "max", "mean"]);
        for (var column = 1; column < table.Columns.Count; column++) table.Columns[column].RightAligned();
        foreach (var (name, latencies) in Rows(result))
        {
            table.AddRow(
            [
                name, Show.Count(latencies.Count), Show.Count((long)Rate(latencies, result)),
                .. Percentiles.Select(percentile => Time(latencies.Percentile(percentile.Share))), Time(latencies.MaxMicroseconds),
                Time((long)latencies.MeanMicroseconds),
            ]);
        }

        Tables.Print(table);
        PrintTroubles(result.Counts);
    }

    private static void PrintTroubles(LoadCounts counts)
    {
        Console.WriteLine(
            $"{Show.Count(counts.Errors)} errors"
            + (counts.Missed > 0 ? $", {Show.Count(counts.Missed)} keys not found" : "")
            + (counts.Unanswered > 0 ? $", {Show.Count(counts.Unanswered)} requests unanswered at the end" : ""));
        foreach (var (reason, count) in counts.Reasons) Console.WriteLine($"  {Show.Count(count)} x {reason}");
    }

    private static void PrintLines(LoadResult result)
    {
        foreach (var (name, latencies) in Rows(result))
        {
            Line($"{name}.requests: {latencies.Count}");
            Line($"{name}.per-second: {Rate(latencies, result):0.0}");
            foreach (var (percentile, share) in Percentiles) Line($"{name}.{percentile}-ms: {latencies.Percentile(share) / 1e3:0.000}");
            Line($"{name}.max-ms: {latencies.MaxMicroseconds / 1e3:0.000}");
            Line($"{name}.mean-ms: {latencies.MeanMicroseconds / 1e3:0.000}");
        }

        Line($"errors: {result.Counts.Errors}");
        Line($"not-found: {result.Counts.Missed}");
        Line($"unanswered: {result.Counts.Unanswered}");
        Line($"connections: {result.OpenConnections}");
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private static void PrintJson(LoadResult result) => JsonOutput.Print(json => json.Object(() =>
    {
        var plan = result.Plan;
        json.WriteString("kind", plan.Kind);
        json.Strings("endpoints", plan.Endpoints);
        json.WriteNumber("clients", plan.Clients);
        json.WriteNumber("connections", result.OpenConnections);
        json.WriteNumber("value_bytes", plan.ValueBytes);
        json.WriteNumber("keys", plan.Keys);
        json.WriteBoolean("serializable", plan.IsSerializable);
        json.WriteNumber("seconds", Math.Round(result.Elapsed.TotalSeconds, 3));
        json.WriteNumber("errors", result.Counts.Errors);
        json.WriteNumber("not_found", result.Counts.Missed);
        json.WriteNumber("unanswered", result.Counts.Unanswered);
        foreach (var (name, latencies) in Rows(result))
        {
            json.WritePropertyName(name);
            json.Object(() => WriteLatencies(json, latencies, Rate(latencies, result)));
        }

        json.WritePropertyName("reasons");
        json.Objects(result.Counts.Reasons, reason =>
        {
            json.WriteString("reason", reason.Key);
            json.WriteNumber("count", reason.Value);
        });
    }));

    private static void WriteLatencies(Utf8JsonWriter json, LatencyHistogram latencies, double rate)
    {
        json.WriteNumber("requests", latencies.Count);
        json.WriteNumber("per_second", Math.Round(rate, 1));
        foreach (var (name, share) in Percentiles) json.WriteNumber(name.Replace('.', '_') + "_ms", latencies.Percentile(share) / 1e3);
        json.WriteNumber("max_ms", latencies.MaxMicroseconds / 1e3);
        json.WriteNumber("mean_ms", Math.Round(latencies.MeanMicroseconds / 1e3, 3));
    }

    private static double Rate(LatencyHistogram latencies, LoadResult result) => latencies.Count / Math.Max(0.001, result.Elapsed.TotalSeconds);
}
