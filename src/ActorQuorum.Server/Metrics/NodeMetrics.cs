using ActorQuorum.Configuration;
using ActorQuorum.Metrics;
using ActorQuorum.Server.Grpc;

namespace ActorQuorum.Server.Metrics;

/// <summary>A node's metrics at its door: what the door counts itself, and where all of the node's go.</summary>
internal sealed class NodeMetrics : IDisposable
{
    private readonly OtlpExport? _export;

    /// <summary>Begins to count and to send.</summary>
    public NodeMetrics(IQuorumNode node, MetricsOptions options, ByteBudget budget)
    {
        var name = node.Status.Self.Name;
        Reader = new MetricReader(node);
        Instruments = new ServerInstruments(node, name, budget);
        _export = options.Otlp is { } otlp ? new OtlpExport(node, name, otlp) : null;
    }

    /// <summary>What the door counts.</summary>
    public ServerInstruments Instruments { get; }

    /// <summary>Collects for <c>/metrics</c>.</summary>
    public MetricReader Reader { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        _export?.Dispose();
        Instruments.Dispose();
        Reader.Dispose();
    }
}
