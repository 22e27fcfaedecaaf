using Akka.Actor;
using Akka.Event;
using Akka.Logger.Serilog;
using Microsoft.Extensions.Logging;
using AkkaLevel = Akka.Event.LogLevel;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace ActorQuorum.Akka.Logging;

/// <summary>The node's log lines as the actor system's own: through its event stream to whatever loggers it has, templates and values kept.</summary>
internal sealed class AkkaLoggerFactory(ActorSystem system) : ILoggerFactory
{
    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) =>
        new AkkaLogger(global::Akka.Event.Logging.GetLogger(system, categoryName, SerilogLogMessageFormatter.Instance));

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) =>
        throw new NotSupportedException("The loggers of an actor system are named in its configuration: akka.loggers.");

    /// <inheritdoc/>
    public void Dispose()
    {
        // The loggers are the system's.
    }
}

/// <summary>One category of log lines.</summary>
internal sealed class AkkaLogger(ILoggingAdapter log) : ILogger
{
    private const string TemplateKey = "{OriginalFormat}";

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => LevelOf(logLevel) is { } level && log.IsEnabled(level);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (LevelOf(logLevel) is not { } level || !log.IsEnabled(level)) return;
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values && values is [.., { Key: TemplateKey, Value: string template }])
            log.Log(level, exception, template, [.. values.Take(values.Count - 1).Select(value => value.Value!)]);
        else
            log.Log(level, exception, "{Message:l}", [formatter(state, exception)]);
    }

    /// <summary>Akka knows four levels. Traces are beneath its finest.</summary>
    private static AkkaLevel? LevelOf(LogLevel level) => level switch
    {
        LogLevel.Debug => AkkaLevel.DebugLevel,
        LogLevel.Information => AkkaLevel.InfoLevel,
        LogLevel.Warning => AkkaLevel.WarningLevel,
        LogLevel.Error or LogLevel.Critical => AkkaLevel.ErrorLevel,
        _ => null,
    };
}
