using Serilog.Core;
using Serilog.Events;

namespace ActorQuorum.Cli.Logging;

/// <summary>Names the node in each log event, unless the message does so itself.</summary>
internal sealed class NodeName(Func<string> name) : ILogEventEnricher
{
    private const string Property = "Node";

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory) =>
        logEvent.AddPropertyIfAbsent(new LogEventProperty(Property, new ScalarValue(name())));

    public static string Of(LogEvent logEvent) =>
        logEvent.Properties.TryGetValue(Property, out var value) && value is ScalarValue { Value: { } name } ? $"{name}" : "";
}
