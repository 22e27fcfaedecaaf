using System.Globalization;
using System.Text;
using ActorQuorum.Metrics;

namespace ActorQuorum.Server.Metrics;

/// <summary>Writes metrics as Prometheus reads them: its text format, version 0.0.4.</summary>
internal static class PrometheusText
{
    /// <summary>The format's content type.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes all of a node's metrics.</summary>
    public static string Write(IEnumerable<MetricFamilySnapshot> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            WriteFamily(family, text);
        }

        return text.ToString();
    }

    /// <summary>Prometheus' name for an instrument: underscores, the unit spelled out, and _total for what only rises.</summary>
    public static string NameOf(MetricFamilySnapshot family)
    {
        var unit = family.Unit switch
        {
            "s" => "_seconds",
            "By" => "_bytes",
            _ => "",
        };
        var total = family.Kind == MetricKind.Counter ? "_total" : "";
        return string.Concat(family.Name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')) + unit + total;
    }

    private static void WriteFamily(MetricFamilySnapshot family, StringBuilder text)
    {
        var name = NameOf(family);
        var help = family.Description.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
        text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
        text.Append("# TYPE ").Append(name).Append(' ').Append(TypeOf(family.Kind)).Append('\n');
        foreach (var series in family.Series)
        {
            if (family.Kind == MetricKind.Histogram)
            {
                WriteHistogram(name, family.Bounds, series, text);
            }
            else
            {
                WriteSample(name, series.Tags, null, series.Value, text);
            }
        }
    }

    /// <summary>A bucket counts all that is not above its bound, those of the buckets below included.</summary>
    private static void WriteHistogram(string name, IReadOnlyList<double> bounds, MetricSeriesSnapshot series, StringBuilder text)
    {
        long below = 0;
        for (var i = 0; i < series.Buckets.Count; i++)
        {
            below += series.Buckets[i];
            WriteSample(name + "_bucket", series.Tags, i < bounds.Count ? bounds[i] : double.PositiveInfinity, below, text);
        }

        WriteSample(name + "_sum", series.Tags, null, series.Sum, text);
        WriteSample(name + "_count", series.Tags, null, series.Count, text);
    }

    private static void WriteSample(
        string name, IReadOnlyList<KeyValuePair<string, object?>> tags, double? bound, double value, StringBuilder text)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (key, tag) in tags)
        {
            WriteLabel(key, Convert.ToString(tag, CultureInfo.InvariantCulture) ?? "", ref separator, text);
        }

        if (bound is { } le)
        {
            WriteLabel("le", Number(le), ref separator, text);
        }

        text.Append(separator == ',' ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static void WriteLabel(string key, string value, ref char separator, StringBuilder text)
    {
        text.Append(separator).Append(key).Append("=\"");
        foreach (var c in value)
        {
            _ = c switch
            {
                '\\' => text.Append("\\\\"),
                '"' => text.Append("\\\""),
                '\n' => text.Append("\\n"),
                _ => text.Append(c),
            };
        }

        text.Append('"');
        separator = ',';
    }

    private static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter => "counter",
        MetricKind.Gauge => "gauge",
        _ => "histogram",
    };

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
