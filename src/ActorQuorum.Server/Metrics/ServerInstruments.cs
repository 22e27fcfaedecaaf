using System.Diagnostics;
using System.Diagnostics.Metrics;
using ActorQuorum.Metrics;
using ActorQuorum.Server.Grpc;

namespace ActorQuorum.Server.Metrics;

/// <summary>What a node's door counts (docs/metrics.md). Recording a call allocates nothing.</summary>
internal sealed class ServerInstruments : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ActorQuorum.Server";

    /// <summary>Calls over gRPC.</summary>
    public const string Grpc = "grpc";

    /// <summary>Calls over the JSON gateway.</summary>
    public const string Json = "json";

    private const string UnknownMethod = "unknown";
    private static readonly string[] s_codes = [.. Enumerable.Range(0, 17).Select(code => ((GrpcCode)code).ToString())];

    private readonly Meter _meter;
    private readonly Counter<long> _requests;
    private readonly Histogram<double> _durations;

    /// <summary>Publishes the instruments of <paramref name="scope"/>, a node.</summary>
    public ServerInstruments(object scope, string node, ByteBudget budget)
    {
        _meter = NodeInstruments.MeterOf(MeterName, scope, node);
        _requests = _meter.CreateCounter<long>("actorquorum.server.requests", "{request}", "Calls of clients, by API, method and outcome.");
        _durations = _meter.CreateHistogram(
            "actorquorum.server.request.duration", "s", "From when a call's headers were read until its answer was ready.", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = DurationBuckets.Seconds });
        _meter.CreateObservableGauge("actorquorum.server.request.memory", () => budget.TakenBytes, "By", "Memory of the requests under way.");
    }

    /// <summary>Shows how many connections there are.</summary>
    public void ShowConnections(Func<long> connections) =>
        _meter.CreateObservableGauge("actorquorum.server.connections", connections, "{connection}", "Connections of clients.");

    /// <summary>A call was answered. Methods that are not there are counted together: their names are the clients' to choose.</summary>
    public void Answered(string api, string? method, GrpcCode code, long began)
    {
        var tag = new KeyValuePair<string, object?>("method", method ?? UnknownMethod);
        _requests.Add(1, new KeyValuePair<string, object?>("api", api), tag, new KeyValuePair<string, object?>("code", s_codes[(int)code]));
        _durations.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, tag);
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
