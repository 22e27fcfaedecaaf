using ActorQuorum.Cli.Bench;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.EndToEnd.Tests.Bench;

public sealed class LatencyHistogramTests
{
    private static readonly Gen<long[]> Latencies = Gen.OneOf(
        Gen.Choose(0, 200).Select(value => (long)value), Gen.Choose(0, int.MaxValue).Select(value => (long)value)).NonEmptyListOf().Select(list => list.ToArray());

    [Fact]
    public void A_percentile_is_within_two_percent_of_the_sorted_truth() => Check.QuickThrowOnFailure(Prop.ForAll(
        Latencies.ToArbitrary(), Gen.Elements(0.5, 0.9, 0.99, 1.0).ToArbitrary(), (latencies, share) =>
        {
            var histogram = Of(latencies);
            var truth = latencies.Order().ElementAt(Math.Max(1, (int)Math.Ceiling(share * latencies.Length)) - 1);
            var found = histogram.Percentile(share);
            return found >= truth && found <= truth + (truth / 50);
        }));

    [Fact]
    public void Two_added_are_as_one_that_recorded_all() => Check.QuickThrowOnFailure(Prop.ForAll(
        Latencies.Two().ToArbitrary(), both =>
        {
            var sum = Of(both.Item1);
            sum.Add(Of(both.Item2));
            var whole = Of([.. both.Item1, .. both.Item2]);
            return sum.Count == whole.Count && sum.MaxMicroseconds == whole.MaxMicroseconds && sum.Percentile(0.9) == whole.Percentile(0.9);
        }));

    [Fact]
    public void Nothing_recorded_is_zero() => new LatencyHistogram().Percentile(0.99).ShouldBe(0);

    [Fact]
    public void Recording_takes_no_memory()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++) histogram.Record(i * 37);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static LatencyHistogram Of(long[] latencies)
    {
        var histogram = new LatencyHistogram();
        foreach (var latency in latencies) histogram.Record(latency);
        return histogram;
    }
}
