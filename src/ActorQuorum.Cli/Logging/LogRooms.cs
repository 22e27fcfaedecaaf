using ActorQuorum.Configuration;
using Microsoft.Extensions.Logging;
using Serilog.Events;

namespace ActorQuorum.Cli.Logging;

/// <summary>Which sources of log events make up a room.</summary>
internal static class LogRooms
{
    /// <summary>The sources whose level is their own. A source stands for all whose names begin with it.</summary>
    public static IEnumerable<(string Source, LogEventLevel Level)> Of(RoomLevels levels)
    {
        (string Source, LogLevel? Level)[] rooms =
        [
            ("ActorQuorum.Node", levels.Node),
            ("ActorQuorum.Election", levels.Election),
            ("ActorQuorum.Storage", levels.Storage),
            ("ActorQuorum.Transport", levels.Transport),
            ("ActorQuorum.Roles", levels.Roles),
            ("ActorQuorum.Server", levels.Server),
            ("ActorQuorum.Cli", levels.Process),
            ("Microsoft", levels.Http),
        ];
        return rooms.Where(room => room.Level is not null).Select(room => (room.Source, Level(room.Level!.Value)));
    }

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
