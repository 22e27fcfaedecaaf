namespace ActorQuorum.Metrics;

/// <summary>The bounds that durations are sorted by: from a fast disk's flush to the longest wait of a client.</summary>
internal static class DurationBuckets
{
    /// <summary>In seconds.</summary>
    public static IReadOnlyList<double> Seconds { get; } =
        [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
}
