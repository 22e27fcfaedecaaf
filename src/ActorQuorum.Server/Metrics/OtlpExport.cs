using ActorQuorum.Configuration;
using ActorQuorum.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ActorQuorum.Server.Metrics;

/// <summary>Sends one node's metrics to a collector by OTLP.</summary>
internal sealed class OtlpExport : IDisposable
{
    // A stop must not wait for a collector that is down.
    private const int LastWordMilliseconds = 200;

    private readonly MeterProvider _provider;

    /// <summary>Begins to send, every so often.</summary>
    public OtlpExport(object scope, string node, OtlpOptions options)
    {
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource => resource.AddService("actorquorum", serviceInstanceId: node))
            .AddMeter(NodeInstruments.MeterName, ServerInstruments.MeterName)

            // Several nodes of one process have meters of the same name: each is sent by its own node only.
            .AddView(instrument => ReferenceEquals(instrument.Meter.Scope, scope) ? null : MetricStreamConfiguration.Drop)
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Endpoint = options.Endpoint;
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.TimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds;
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)options.Interval.TotalMilliseconds;
                reader.PeriodicExportingMetricReaderOptions.ExportTimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds;
            })
            .Build();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider.Shutdown(LastWordMilliseconds);
        _provider.Dispose();
    }
}
