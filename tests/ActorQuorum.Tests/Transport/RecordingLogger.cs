using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Tests.Transport;

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> lines = [];

    public IReadOnlyList<string> Infos => [.. lines.Where(l => l.Level == LogLevel.Information).Select(l => l.Text)];

    public IReadOnlyList<string> Warnings => [.. lines.Where(l => l.Level == LogLevel.Warning).Select(l => l.Text)];

    public IReadOnlyList<string> Errors => [.. lines.Where(l => l.Level >= LogLevel.Error).Select(l => l.Text)];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));
}
