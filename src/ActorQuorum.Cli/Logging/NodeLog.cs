using ActorQuorum.Configuration;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Formatting.Json;

namespace ActorQuorum.Cli.Logging;

/// <summary>Where a node's log goes: the console, and a file if the configuration names one; each as text or JSON.</summary>
internal static class NodeLog
{
    public static Logger Create(NodeOptions options, bool debug)
    {
        var logging = options.Logging;
        var log = new LoggerConfiguration()
            .MinimumLevel.Is(debug ? LogEventLevel.Debug : LogRooms.Level(logging.Level))
            .Enrich.WithProperty("Node", options.Name);
        foreach (var (source, level) in LogRooms.Of(logging.Levels))
            log.MinimumLevel.Override(source, level);

        WriteTo(log, to => to.Console(FormatterOf(logging.ConsoleFormat, options.Name, Palette.IsWanted)));
        if (logging.File is { } file)
        {
            WriteTo(log, to => to.File(
                FormatterOf(file.Format, options.Name, coloured: false), file.Path,
                fileSizeLimitBytes: file.SizeLimitBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: file.Keep));
        }

        return log.CreateLogger();
    }

    private static void WriteTo(LoggerConfiguration log, Action<LoggerSinkConfiguration> sink) =>
        LoggerSinkConfiguration.Wrap(log.WriteTo, slow => new BackgroundSink(slow), sink, LogEventLevel.Verbose, null);

    private static ITextFormatter FormatterOf(LogFormat format, string node, bool coloured) =>
        format == LogFormat.Json ? new JsonFormatter(renderMessage: true) : new LogLineFormatter(node, coloured);
}
