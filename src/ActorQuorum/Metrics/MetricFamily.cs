using System.Diagnostics.Metrics;

namespace ActorQuorum.Metrics;

/// <summary>What kind of number an instrument gives.</summary>
internal enum MetricKind
{
    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>As it is at the moment.</summary>
    Gauge,

    /// <summary>Measurements sorted into buckets.</summary>
    Histogram,
}

/// <summary>An instrument's numbers, one for each set of tags. Recording allocates only when a set of tags comes for the first time.</summary>
internal sealed class MetricFamily
{
    // A defect that tags by something unbounded must not take the memory: what comes later is counted together.
    private const int MostSeries = 512;

    private readonly Instrument _instrument;
    private readonly MetricKind _kind;
    private readonly double[] _bounds;
    private readonly Lock _gate = new();
    private readonly List<MetricSeries> _series = [];

    /// <summary>Numbers of an instrument.</summary>
    public MetricFamily(Instrument instrument)
    {
        _instrument = instrument;
        _kind = instrument switch
        {
            Histogram<double> or Histogram<long> => MetricKind.Histogram,
            Counter<long> or ObservableCounter<long> => MetricKind.Counter,
            _ => MetricKind.Gauge,
        };
        _bounds = instrument switch
        {
            Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
            Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(bound => (double)bound)],
            _ => [],
        };
    }

    /// <summary>A measurement.</summary>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            var series = Find(tags);
            if (_kind == MetricKind.Histogram) series.Sort(value, _bounds);
            else if (_instrument.IsObservable) series.Value = value;
            else series.Value += value;
        }
    }

    /// <summary>What is observed is told anew each time: what is not told any more is gone.</summary>
    public void BeginCollecting()
    {
        if (!_instrument.IsObservable) return;
        lock (_gate) _series.Clear();
    }

    /// <summary>The numbers at this moment.</summary>
    public MetricFamilySnapshot Snapshot()
    {
        lock (_gate)
        {
            return new(
                _instrument.Name, _instrument.Unit ?? "", _instrument.Description ?? "", _kind, _bounds,
                [.. _series.Select(series => series.Snapshot())]);
        }
    }

    private MetricSeries Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in _series)
            if (series.Has(tags))
                return series;
        var added = _series.Count < MostSeries ? new MetricSeries(tags.ToArray(), _bounds.Length) : Overflow();
        if (!_series.Contains(added)) _series.Add(added);
        return added;
    }

    private MetricSeries Overflow() =>
        _series[^1].IsOverflow ? _series[^1] : new MetricSeries([new("overflow", "true")], _bounds.Length) { IsOverflow = true };
}
