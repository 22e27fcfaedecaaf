using System.Diagnostics.Metrics;
using ActorQuorum.Metrics;

namespace ActorQuorum.Tests.Metrics;

public sealed class MetricReaderTests : IDisposable
{
    private readonly object _scope = new();
    private readonly Meter _meter;
    private readonly MetricReader _reader;

    public MetricReaderTests()
    {
        _meter = NodeInstruments.MeterOf("test", _scope, "n1");
        _reader = new MetricReader(_scope);
    }

    public void Dispose()
    {
        _reader.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void Counters_add_up_by_their_tags()
    {
        var counter = _meter.CreateCounter<long>("c", "{x}", "what");
        counter.Add(1, Tag("a", "1"));
        counter.Add(2, Tag("a", "2"));
        counter.Add(3, Tag("a", "1"));
        var family = _reader.Collect().Single();
        (family.Name, family.Unit, family.Description, family.Kind).ShouldBe(("c", "{x}", "what", MetricKind.Counter));
        family.Series.Select(series => (series.Tags[0].Value, series.Value)).ShouldBe([("1", 4), ("2", 2)]);
    }

    [Fact]
    public void Two_who_collect_at_once_both_see_all_there_is()
    {
        using var secondObserves = new ManualResetEventSlim();
        using var firstIsDone = new ManualResetEventSlim();
        var second = new Thread(() => _reader.Collect());
        var calls = 0;
        long Observe()
        {
            switch (Interlocked.Increment(ref calls))
            {
                case 2:
                    // The first has all it wants. The second begins, as far as it is let, before the first takes it away.
                    second.Start();
                    secondObserves.Wait(TimeSpan.FromMilliseconds(300));
                    break;
                case 3:
                    secondObserves.Set();
                    firstIsDone.Wait(TimeSpan.FromSeconds(10));
                    break;
            }

            return 1;
        }

        _meter.CreateObservableCounter("a", Observe);
        _meter.CreateObservableCounter("b", Observe);
        var families = _reader.Collect();
        firstIsDone.Set();
        second.Join();
        families.Sum(family => family.Series.Count).ShouldBe(2);
    }

    [Fact]
    public void What_is_observed_counts_as_it_was_told_last()
    {
        var told = 5L;
        IEnumerable<Measurement<long>> peers = [new(1, Tag("peer", "n2")), new(2, Tag("peer", "n3"))];
        _meter.CreateObservableCounter("c", () => told);
        _meter.CreateObservableGauge("g", () => peers);
        _reader.Collect();
        told = 7;
        peers = [new(9, Tag("peer", "n3"))];
        var families = _reader.Collect();
        families.Select(family => (family.Name, family.Kind)).ShouldBe([("c", MetricKind.Counter), ("g", MetricKind.Gauge)]);
        families[0].Series.Single().Value.ShouldBe(7);
        families[1].Series.Single().ShouldSatisfyAllConditions(
            series => series.Value.ShouldBe(9), series => series.Tags.Single().Value.ShouldBe("n3"));
    }

    [Fact]
    public void A_histogram_sorts_into_the_first_bucket_that_is_not_below()
    {
        var histogram = _meter.CreateHistogram<double>(
            "h", "s", "d", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [1, 2.5, 5] });
        foreach (var value in new[] { 0, 1, 1.1, 2.5, 5.1, 100 }) histogram.Record(value);
        var series = _reader.Collect().Single().Series.Single();
        series.Buckets.ShouldBe([2, 2, 0, 2]);
        (series.Count, series.Sum).ShouldBe((6, 109.7));
    }

    [Fact]
    public void Meters_of_another_node_of_the_same_process_are_not_seen()
    {
        using var other = NodeInstruments.MeterOf("test", new object(), "n2");
        other.CreateCounter<long>("theirs").Add(1);
        _meter.CreateCounter<long>("ours").Add(1);
        _reader.Collect().Select(family => family.Name).ShouldBe(["ours"]);
    }

    [Fact]
    public void A_meter_that_is_gone_is_not_told_of()
    {
        _meter.CreateCounter<long>("c").Add(1);
        _meter.Dispose();
        _reader.Collect().ShouldBeEmpty();
    }

    [Fact]
    public void Tags_without_bound_do_not_take_the_memory()
    {
        var counter = _meter.CreateCounter<long>("c");
        for (var i = 0; i < 2000; i++) counter.Add(1, Tag("a", i));
        var series = _reader.Collect().Single().Series;
        series.Count.ShouldBeLessThan(600);
        series.Sum(one => one.Value).ShouldBe(2000);
        series[^1].Tags.Single().Key.ShouldBe("overflow");
    }

    [Fact]
    public void Recording_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("c");
        var histogram = _meter.CreateHistogram<double>(
            "h", "s", "d", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets.Seconds });
        var tag = Tag("method", "put");
        for (var i = 0; i < 1000; i++) RecordOnce(i);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) RecordOnce(i);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);

        void RecordOnce(int i)
        {
            counter.Add(1, tag, tag, tag);
            histogram.Record(i / 1000.0, tag);
            histogram.Record(i / 1000.0);
        }
    }

    [Fact]
    public void Threads_that_record_together_lose_nothing()
    {
        var histogram = _meter.CreateHistogram<double>("h");
        Parallel.For(0, 4, thread =>
        {
            for (var i = 0; i < 10_000; i++) histogram.Record(1, Tag("thread", thread % 2));
        });
        _reader.Collect().Single().Series.Sum(series => series.Count).ShouldBe(40_000);
    }

    private static KeyValuePair<string, object?> Tag(string key, object value) => new(key, value);
}
