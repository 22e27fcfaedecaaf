using ActorQuorum.Configuration;
using Microsoft.Extensions.Logging;
using Serilog.Events;

namespace ActorQuorum.Cli.Logging;

/// <summary>Which sources of log events make up a room. A source stands for all whose names begin with it.</summary>
internal static class LogRooms
{
    public static IReadOnlyList<string> Sources(LogRoom room) => room switch
    {
        LogRoom.Node => ["ActorQuorum.Node"],
        LogRoom.Election => ["ActorQuorum.Election"],
        LogRoom.Storage => ["ActorQuorum.Storage"],
        LogRoom.Transport => ["ActorQuorum.Transport"],
        LogRoom.Server => ["ActorQuorum.Server"],
        LogRoom.Process => ["ActorQuorum.Cli"],
        LogRoom.Http => ["Microsoft", "System"],
        _ => throw new ArgumentOutOfRangeException(nameof(room), room, "a room without sources"),
    };

    public static LogEventLevel Level(LogLevel level) => level switch
    {
        LogLevel.Trace => LogEventLevel.Verbose,
        LogLevel.Debug => LogEventLevel.Debug,
        LogLevel.Information => LogEventLevel.Information,
        LogLevel.Warning => LogEventLevel.Warning,
        LogLevel.Error => LogEventLevel.Error,
        LogLevel.Critical => LogEventLevel.Fatal,
        _ => Serilog.Events.LevelAlias.Off,
    };
}
