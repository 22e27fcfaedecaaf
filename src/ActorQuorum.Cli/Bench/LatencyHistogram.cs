using System.Numerics;

namespace ActorQuorum.Cli.Bench;

/// <summary>
/// Counts latencies in buckets whose width grows with them, so that each is known to within one percent; recording costs an increment and no memory.
/// One thread records; others may read meanwhile and see almost the latest.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 7;
    private const int SubBuckets = 1 << SubBits;

    // Up to 2^41 microseconds: no request lives that long.
    private readonly long[] _counts = new long[(41 - SubBits) * SubBuckets];

    public long Count { get; private set; }

    public long MaxMicroseconds { get; private set; }

    private double SumMicroseconds { get; set; }

    public double MeanMicroseconds => Count == 0 ? 0 : SumMicroseconds / Count;

    public void Record(long microseconds)
    {
        var value = Math.Max(0, microseconds);
        _counts[Math.Min(BucketOf(value), _counts.Length - 1)]++;
        Count++;
        SumMicroseconds += value;
        if (value > MaxMicroseconds) MaxMicroseconds = value;
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
        Count += other.Count;
        SumMicroseconds += other.SumMicroseconds;
        MaxMicroseconds = Math.Max(MaxMicroseconds, other.MaxMicroseconds);
    }

    /// <summary>The latency that the given share of all stays at or below.</summary>
    /// <param name="share">0 to 1.</param>
    public long Percentile(double share)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted) return Math.Min(HighestIn(i), MaxMicroseconds);
        }

        return MaxMicroseconds;
    }

    /// <summary>Small values have a bucket each; above, each power of two has <see cref="SubBuckets"/> / 2 of them.</summary>
    private static int BucketOf(long value)
    {
        if (value < SubBuckets) return (int)value;
        var shift = 64 - BitOperations.LeadingZeroCount((ulong)value) - SubBits;
        return (shift * (SubBuckets / 2)) + (int)(value >> shift);
    }

    private static long HighestIn(int bucket)
    {
        if (bucket < SubBuckets) return bucket;
        var shift = (bucket / (SubBuckets / 2)) - 1;
        var first = (long)(bucket - (shift * (SubBuckets / 2))) << shift;
        return first + (1L << shift) - 1;
    }
}
