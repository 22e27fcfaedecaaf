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

    public static Logger Create(string node, bool debug, string? file)
    {
        var log = new LoggerConfiguration()
            .MinimumLevel.Is(debug ? LogEventLevel.Debug : LogEventLevel.Information)
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning);
        LoggerSinkConfiguration.Wrap(
            log.WriteTo, slow => new BackgroundSink(slow), to => to.Console(new LogLineFormatter(node, Palette.IsWanted)), LogEventLevel.Verbose, null);
        if (file is not null)
        {
            LoggerSinkConfiguration.Wrap(
                log.WriteTo,
                slow => new BackgroundSink(slow),
                to => to.File(
                    new LogLineFormatter(node, coloured: false), file,
                    fileSizeLimitBytes: FileSizeBytes, rollOnFileSizeLimit: true, retainedFileCountLimit: FilesKept),
                LogEventLevel.Verbose,
                null);
        }

        return log.CreateLogger();
    }
}
