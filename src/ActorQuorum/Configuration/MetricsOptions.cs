namespace ActorQuorum.Configuration;

/// <summary>Where a node's metrics go besides its own <c>/metrics</c> (<c>metrics</c>).</summary>
public sealed record MetricsOptions
{
    /// <summary>Where they are sent over OTLP (<c>metrics.otlp</c>); null sends them nowhere.</summary>
    public OtlpOptions? Otlp { get; init; }
}

/// <summary>Sends metrics over OTLP, as protobuf over HTTP (<c>metrics.otlp</c>).</summary>
public sealed record OtlpOptions
{
    /// <summary>The collector's URL for metrics, path and all (<c>metrics.otlp.endpoint</c>).</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>How often they are sent (<c>metrics.otlp.interval</c>).</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one attempt may take (<c>metrics.otlp.timeout</c>).</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}
