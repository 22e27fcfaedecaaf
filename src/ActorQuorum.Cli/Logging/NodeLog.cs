using ActorQuorum.Configuration;
using Microsoft.Extensions.Logging;
using Serilog;
using Serilog.Configuration;
using Serilog.Core;
using Serilog.Events;

namespace ActorQuorum.Cli.Logging;

/// <summary>Where a node's log goes: the console, and a file if the configuration names one.</summary>
internal static class NodeLog
{
    private const long FileSizeBytes = 64L << 20;
    private const int FilesKept = 8;

    public static Logger Create(NodeOptions options, bool debug)
    {
        var log = new LoggerConfiguration()
            .MinimumLevel.Is(debug ? LogEventLevel.Debug : Level(options.Logging.Level))
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning);
        LoggerSinkConfiguration.Wrap(
            log.WriteTo, slow => new BackgroundSink(slow), to => to.Console(new LogLineFormatter(options.Name, Palette.IsWanted)), LogEventLevel.Verbose, null);
        if (options.Logging.File is { } file)
        {
            LoggerSinkConfiguration.Wrap(
                log.WriteTo,
                slow => new BackgroundSink(slow),
                to => to.File(
                    new LogLineFormatter(options.Name, coloured: false), file,
                    fileSizeLimitBytes: FileSizeBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: FilesKept),
                LogEventLevel.Verbose,
                null);
        }

        return log.CreateLogger();
    }

    private static LogEventLevel Level(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Critical => LogEventLevel.Fatal,
        _ => LevelAlias.Off,
    };
}
