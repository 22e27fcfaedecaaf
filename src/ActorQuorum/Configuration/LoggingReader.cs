using ActorQuorum.Configuration.Hocon;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Configuration;

/// <summary>Reads the section <c>logging</c>.</summary>
internal static class LoggingReader
{
    private const long KiB = 1L << 10;
    private const long GiB = 1L << 30;

    private static readonly Dictionary<string, LogLevel> Levels = new(StringComparer.OrdinalIgnoreCase)
    {
        ["trace"] = LogLevel.Trace,
        ["debug"] = LogLevel.Debug,
        ["info"] = LogLevel.Information,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["warn"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
        ["critical"] = LogLevel.Critical,
        ["none"] = LogLevel.None,
    };

    private static readonly Dictionary<string, LogFormat> Formats = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text"] = LogFormat.Text,
        ["json"] = LogFormat.Json,
    };

    public static LoggingOptions Read(ConfigurationSection section) => new()
    {
        Level = section.Choice("level", Levels),
        Levels = ReadLevels(section.Section("levels")),
        ConsoleFormat = section.Section("console").Choice("format", Formats),
        File = ReadFile(section),
    };

    private static RoomLevels ReadLevels(ConfigurationSection section)
    {
        return new RoomLevels
        {
            Node = LevelOf("node"),
            Election = LevelOf("election"),
            Storage = LevelOf("storage"),
            Transport = LevelOf("transport"),
            Roles = LevelOf("roles"),
            Server = LevelOf("server"),
            Process = LevelOf("process"),
            Http = LevelOf("http"),
        };

        LogLevel? LevelOf(string room) => section.OptionalText(room) is null ? null : section.Choice(room, Levels);
    }

    /// <summary>A text in place of the object is the path, and leaves the other defaults.</summary>
    private static LogFileOptions? ReadFile(ConfigurationSection section)
    {
        var field = section.Field("file");
        if (field.Value is HoconScalar) return section.OptionalText("file") is { } path ? new() { Path = path } : null;

        // Only a string before it can have hidden the default; to log to no file without a word would be wrong.
        if (field.Value is HoconObject o && !o.Fields.ContainsKey("path"))
        {
            throw field.KeyOrigin.Error(
                "logging.file is an object here and was a string before, which is lost: write logging.file.path in place of the string.");
        }

        var file = section.Section("file");
        return file.OptionalText("path") is not { } named ? null : new LogFileOptions
        {
            Path = named,
            Format = file.Choice("format", Formats),
            SizeLimitBytes = file.Size("size-limit", 64 * KiB, 16 * GiB),
            Keep = file.Count("keep", 1, 10_000),
        };
    }
}
