using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>How a log is cut into segments, and whose it is.</summary>
internal sealed record WriteAheadLogOptions
{
    /// <summary>A segment must hold its header, a batch header and something behind them.</summary>
    public const long SmallestSegmentBytes = 256;

    /// <summary>Recovery holds one segment in memory, so there is an end to its size.</summary>
    public const long LargestSegmentBytes = 1L << 30;

    /// <summary>The largest record that may be configured.</summary>
    public const int LargestRecordBytes = 256 << 20;

    /// <summary>The cluster the log belongs to.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>The member the log belongs to.</summary>
    public required MemberId Member { get; init; }

    /// <summary>The data directory the log belongs to.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>A segment that has reached this size is followed by a new one.</summary>
    public long SegmentSizeBytes { get; init; } = 64L << 20;

    /// <summary>The largest record that is written; an entry's command must fit in.</summary>
    public int MaxRecordBytes { get; init; } = 64 << 20;

    /// <summary>Checks the bounds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is out of its bounds.</exception>
    public void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(SegmentSizeBytes, SmallestSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SegmentSizeBytes, LargestSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxRecordBytes, (int)SmallestSegmentBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxRecordBytes, LargestRecordBytes);
    }
}
