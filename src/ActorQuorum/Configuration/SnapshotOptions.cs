namespace ActorQuorum.Configuration;

/// <summary>When snapshots are taken, and how fast they are written and sent (<c>snapshot</c>).</summary>
public sealed record SnapshotOptions
{
    /// <summary>A snapshot is taken after so many entries (<c>snapshot.entries</c>).</summary>
    public int Entries { get; init; } = 100_000;

    /// <summary>A snapshot is taken after so many bytes of entries (<c>snapshot.size</c>).</summary>
    public long SizeBytes { get; init; } = 256L << 20;

    /// <summary>So many entries before a snapshot are kept for followers that are a little behind (<c>snapshot.trailing-entries</c>).</summary>
    public int TrailingEntries { get; init; } = 10_000;

    /// <summary>The most bytes that those entries hold (<c>snapshot.trailing-size</c>).</summary>
    public long TrailingSizeBytes { get; init; } = 64L << 20;

    /// <summary>So many entries before a snapshot are kept for a follower that one is on its way to, or that has yet to get what came after it (<c>snapshot.held-entries</c>).</summary>
    public int HeldEntries { get; init; } = 2_000_000;

    /// <summary>The most bytes that those entries hold (<c>snapshot.held-size</c>).</summary>
    public long HeldSizeBytes { get; init; } = 1L << 30;

    /// <summary>The most bytes a second that are written, and as many that are sent (<c>snapshot.rate</c>).</summary>
    public long RateBytes { get; init; } = 64L << 20;

    /// <summary>The bytes in one message of a snapshot that is sent (<c>snapshot.chunk-size</c>).</summary>
    public int ChunkSizeBytes { get; init; } = 256 << 10;
}
