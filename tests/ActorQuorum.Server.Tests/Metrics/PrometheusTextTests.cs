using ActorQuorum.Metrics;
using ActorQuorum.Server.Metrics;

namespace ActorQuorum.Server.Tests.Metrics;

/// <summary>The format is Prometheus' text format 0.0.4.</summary>
public sealed class PrometheusTextTests
{
    [Fact]
    public void A_counter_ends_in_total_and_bears_its_labels() =>
        PrometheusText.Write([Family("a.b", "{x}", MetricKind.Counter, [], Series(3, ("peer", "n1"), ("kind", 2)), Series(4))]).ShouldBe(
            """
            # HELP a_b_total Says \\ what.\nTwice.
            # TYPE a_b_total counter
            a_b_total{peer="n1",kind="2"} 3
            a_b_total 4

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void A_gauge_bears_its_unit() =>
        PrometheusText.Write([Family("a.size", "By", MetricKind.Gauge, [], Series(-1.5))]).ShouldEndWith("# TYPE a_size_bytes gauge\na_size_bytes -1.5\n");

    [Fact]
    public void Labels_are_escaped() =>
        PrometheusText.Write([Family("g", "", MetricKind.Gauge, [], Series(1, ("l", "a\"b\\c\nd")))]).ShouldEndWith("g{l=\"a\\\"b\\\\c\\nd\"} 1\n");

    [Fact]
    public void Buckets_count_those_below_them_too_and_end_in_infinity() =>
        PrometheusText.Write(
        [
            Family("h", "s", MetricKind.Histogram, [0.001, 1], new MetricSeriesSnapshot([new("m", "x")], 0, [1, 2, 4], 12.5, 7)),
        ]).ShouldEndWith(
            """
            # TYPE h_seconds histogram
            h_seconds_bucket{m="x",le="0.001"} 1
            h_seconds_bucket{m="x",le="1"} 3
            h_seconds_bucket{m="x",le="+Inf"} 7
            h_seconds_sum{m="x"} 12.5
            h_seconds_count{m="x"} 7

            """.ReplaceLineEndings("\n"));

    [Fact]
    public void Numbers_are_written_as_prometheus_reads_them() =>
        new[] { 1e21, 0.1, double.NaN, double.NegativeInfinity, 123_456_789_012 }
            .Select(value => PrometheusText.Write([Family("g", "", MetricKind.Gauge, [], Series(value))]).Split('\n')[2])
            .ShouldBe(["g 1E+21", "g 0.1", "g NaN", "g -Inf", "g 123456789012"]);

    private static MetricFamilySnapshot Family(string name, string unit, MetricKind kind, double[] bounds, params MetricSeriesSnapshot[] series) =>
        new(name, unit, "Says \\ what.\nTwice.", kind, bounds, series);

    private static MetricSeriesSnapshot Series(double value, params (string Key, object Value)[] tags) =>
        new([.. tags.Select(tag => new KeyValuePair<string, object?>(tag.Key, tag.Value))], value, [], 0, 0);
}
