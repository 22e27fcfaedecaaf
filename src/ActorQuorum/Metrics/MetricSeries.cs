namespace ActorQuorum.Metrics;

/// <summary>The numbers of one set of tags. Its family's lock guards it.</summary>
internal sealed class MetricSeries(KeyValuePair<string, object?>[] tags, int bounds)
{
    private readonly long[] _buckets = new long[bounds + 1];
    private double _sum;
    private long _count;

    /// <summary>A counter's or gauge's value.</summary>
    public double Value { get; set; }

    /// <summary>Whether this holds what there was no more room for.</summary>
    public bool IsOverflow { get; init; }

    /// <summary>Whether this is the series of these tags.</summary>
    public bool Has(ReadOnlySpan<KeyValuePair<string, object?>> other)
    {
        if (other.Length != tags.Length) return false;
        for (var i = 0; i < tags.Length; i++)
            if (!ReferenceEquals(tags[i].Value, other[i].Value) && !Equals(tags[i].Value, other[i].Value) || tags[i].Key != other[i].Key)
                return false;
        return true;
    }

    /// <summary>Puts a measurement into its bucket: the first whose bound is not below it.</summary>
    public void Sort(double value, double[] boundaries)
    {
        var at = Array.BinarySearch(boundaries, value);
        _buckets[at < 0 ? ~at : at]++;
        _sum += value;
        _count++;
    }

    /// <summary>The numbers at this moment.</summary>
    public MetricSeriesSnapshot Snapshot() => new(tags, Value, [.. _buckets], _sum, _count);
}
