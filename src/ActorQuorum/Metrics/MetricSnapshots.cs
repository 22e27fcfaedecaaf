namespace ActorQuorum.Metrics;

/// <summary>An instrument at one moment.</summary>
/// <param name="Name">Its name, with dots.</param>
/// <param name="Unit">Its unit, as OpenTelemetry writes it.</param>
/// <param name="Description">What it tells.</param>
/// <param name="Kind">What kind of number it gives.</param>
/// <param name="Bounds">A histogram's bounds, rising.</param>
/// <param name="Series">The numbers, one for each set of tags.</param>
internal sealed record MetricFamilySnapshot(
    string Name, string Unit, string Description, MetricKind Kind, IReadOnlyList<double> Bounds, IReadOnlyList<MetricSeriesSnapshot> Series);

/// <summary>The numbers of one set of tags at one moment.</summary>
/// <param name="Tags">The tags.</param>
/// <param name="Value">A counter's or gauge's value.</param>
/// <param name="Buckets">How many measurements fell between two bounds of a histogram; the last above all.</param>
/// <param name="Sum">The sum of a histogram's measurements.</param>
/// <param name="Count">How many measurements there were.</param>
internal sealed record MetricSeriesSnapshot(
    IReadOnlyList<KeyValuePair<string, object?>> Tags, double Value, IReadOnlyList<long> Buckets, double Sum, long Count);
