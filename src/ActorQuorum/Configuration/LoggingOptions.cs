using Microsoft.Extensions.Logging;

namespace ActorQuorum.Configuration;

/// <summary>How a log line is written.</summary>
public enum LogFormat
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A JSON object a line, for programs.</summary>
    Json,
}

/// <summary>Levels of single rooms of the log (<c>logging.levels</c>); null: as <c>logging.level</c> says.</summary>
public sealed record RoomLevels
{
    /// <summary>The node as a whole: its start, its end, why it failed.</summary>
    public LogLevel? Node { get; init; }

    /// <summary>Roles, votes, terms and replication.</summary>
    public LogLevel? Election { get; init; }

    /// <summary>The log on disk and its recovery.</summary>
    public LogLevel? Storage { get; init; }

    /// <summary>Connections between members.</summary>
    public LogLevel? Transport { get; init; }

    /// <summary>Role scripts and what they print.</summary>
    public LogLevel? Roles { get; init; }

    /// <summary>The door for clients.</summary>
    public LogLevel? Server { get; init; }

    /// <summary>The process around the node: the command.</summary>
    public LogLevel? Process { get; init; }

    /// <summary>The HTTP server below the door for clients.</summary>
    public LogLevel? Http { get; init; } = LogLevel.Warning;
}

/// <summary>What a node tells of itself, and where (<c>logging</c>).</summary>
public sealed record LoggingOptions
{
    /// <summary>The least important messages to log (<c>logging.level</c>).</summary>
    public LogLevel Level { get; init; } = LogLevel.Information;

    /// <summary>Levels of rooms that differ from it (<c>logging.levels</c>).</summary>
    public RoomLevels Levels { get; init; } = new();

    /// <summary>How lines look on the console (<c>logging.console.format</c>).</summary>
    public LogFormat ConsoleFormat { get; init; } = LogFormat.Text;

    /// <summary>A file to log to as well (<c>logging.file</c>); null logs to the console only.</summary>
    public LogFileOptions? File { get; init; }
}

/// <summary>A file to log to (<c>logging.file</c>).</summary>
public sealed record LogFileOptions
{
    /// <summary>Where it is, relative to the current directory (<c>logging.file.path</c>).</summary>
    public required string Path { get; init; }

    /// <summary>How its lines look (<c>logging.file.format</c>).</summary>
    public LogFormat Format { get; init; } = LogFormat.Text;

    /// <summary>A file of this size is closed and the next one begun (<c>logging.file.size-limit</c>).</summary>
    public long SizeLimitBytes { get; init; } = 64L << 20;

    /// <summary>How many files are kept (<c>logging.file.keep</c>).</summary>
    public int Keep { get; init; } = 8;
}
