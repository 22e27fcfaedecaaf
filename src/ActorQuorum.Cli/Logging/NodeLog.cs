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
    public static Logger Create(NodeOptions options, bool debug) => Create(options.Logging, () => options.Name, debug);

    /// <param name="logging">What is logged, and where.</param>
    /// <param name="name">The node's name as far as it is known at that moment; a message that names the node itself knows better.</param>
    /// <param name="debug">Whether every step is logged.</param>
    public static Logger Create(LoggingOptions logging, Func<string> name, bool debug)
    {
        var log = new LoggerConfiguration()
            .MinimumLevel.Is(debug ? LogEventLevel.Debug : LogRooms.Level(logging.Level))
            .Enrich.With(new NodeName(name));
        foreach (var (source, level) in LogRooms.Of(logging.Levels))
            log.MinimumLevel.Override(source, level);

        WriteTo(log, to => to.Console(FormatterOf(logging.ConsoleFormat, Palette.IsWanted)));
        if (logging.File is { } file)
        {
            WriteTo(log, to => to.File(
                FormatterOf(file.Format, coloured: false), file.Path,
                fileSizeLimitBytes: file.SizeLimitBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: file.Keep));
        }

        return log.CreateLogger();
    }

    private static void WriteTo(LoggerConfiguration log, Action<LoggerSinkConfiguration> sink) =>
        LoggerSinkConfiguration.Wrap(log.WriteTo, slow => new BackgroundSink(slow), sink, LogEventLevel.Verbose, null);

    private static ITextFormatter FormatterOf(LogFormat format, bool coloured) =>
        format == LogFormat.Json ? new JsonFormatter(renderMessage: true) : new LogLineFormatter(coloured);
}
