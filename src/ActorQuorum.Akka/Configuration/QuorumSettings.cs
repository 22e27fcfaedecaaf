using System.Globalization;
using ActorQuorum.Configuration;
using ActorQuorum.Transport;
using Akka.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Akka.Configuration;

/// <summary>The settings of an actor system that a quorum brings along, under those of the user.</summary>
internal static class QuorumSettings
{
    /// <summary>What a message costs on the wire beyond the largest frame: the paths of both actors and the envelopes around it.</summary>
    public const int EnvelopeBytes = 64 << 10;

    /// <summary>The akka.conf of this assembly, with its comments.</summary>
    public static string Text { get; } = ReadResource();

    /// <summary>The same, parsed.</summary>
    public static Config Defaults { get; } = ConfigurationFactory.ParseString(Text);

    /// <summary>What follows from a node's own settings: where it listens and how large a message may be.</summary>
    public static Config Of(NodeOptions options)
    {
        var at = HostAndPort.Parse(options.Members.Single(member => member.Name == options.Name).Peer);
        var frameBytes = options.Limits.FrameSizeBytes + EnvelopeBytes;
        var where = string.Create(CultureInfo.InvariantCulture, $"hostname = \"{at.Host}\", port = {at.Port}, maximum-frame-size = {frameBytes}b");
        return ConfigurationFactory.ParseString(
            $$"""
            akka.loglevel = {{LevelOf(options.Logging.Level)}}
            akka.remote {
              dot-netty.tcp { {{where}} }
              mutual-tls { {{where}} }
            }
            """);
    }

    private static string LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.None => "OFF",
        _ => "ERROR",
    };

    private static string ReadResource()
    {
        using var stream = typeof(QuorumSettings).Assembly.GetManifestResourceStream("akka.conf")
            ?? throw new InvalidOperationException("The assembly lacks its resource akka.conf: it was built wrong; build it again.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
