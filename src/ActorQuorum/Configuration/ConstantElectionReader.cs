using System.Net;
using System.Net.Sockets;
using ActorQuorum.Transport;
using ActorQuorum.Voting;

namespace ActorQuorum.Configuration;

/// <summary>Reads what the constant election is configured with, with the range of each key. The ranges stand in <c>reference.conf</c> too.</summary>
internal static class ConstantElectionReader
{
    private static readonly Dictionary<string, ElectionProtocol> Protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        ["raft"] = ElectionProtocol.Raft,
        ["constant"] = ElectionProtocol.Constant,
    };

    private static readonly Dictionary<string, VotingMetric> Metrics = new(StringComparer.OrdinalIgnoreCase)
    {
        ["birth-time"] = VotingMetric.BirthTime,
        ["port"] = VotingMetric.Port,
    };

    private static readonly Dictionary<string, OnMinority> Minorities = new(StringComparer.OrdinalIgnoreCase)
    {
        ["exit"] = OnMinority.Exit,
        ["wait"] = OnMinority.Wait,
    };

    public static ElectionProtocol ReadProtocol(ConfigurationSection election) => election.Choice("protocol", Protocols);

    public static VotingElectionOptions Read(ConfigurationSection section)
    {
        var options = new VotingElectionOptions
        {
            Metric = section.Choice("metric", Metrics),
            Heartbeat = section.Duration("heartbeat", TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(10)),
            Settle = section.Duration("settle", TimeSpan.FromMilliseconds(5), TimeSpan.FromMinutes(1)),
            DiscoveryWindow = section.Duration("discovery-window", TimeSpan.Zero, TimeSpan.FromMinutes(10)),
            StopActing = section.Duration("stop-acting", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            Lost = section.Duration("lost", TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(2)),
            OnMinority = section.Choice("on-minority", Minorities),
        };
        if (options.StopActing < options.Heartbeat * 2)
        {
            throw Misfit(
                section, "heartbeat", "stop-acting",
                $"does not fit: stop-acting of {Ms(options.StopActing)} must be at least twice the heartbeat of {Ms(options.Heartbeat)}, "
                + "or one lost vote costs the master its place.");
        }

        return options.Lost >= options.StopActing + options.Heartbeat
            ? options
            : throw Misfit(
                section, "lost", "stop-acting",
                $"does not fit: lost of {Ms(options.Lost)} must be at least a heartbeat of {Ms(options.Heartbeat)} above stop-acting of "
                + $"{Ms(options.StopActing)}, or the next master could act before the last one has stopped.");
    }

    public static DiscoveryOptions ReadDiscovery(ConfigurationSection section)
    {
        var options = new DiscoveryOptions
        {
            Listen = ReadListen(section),
            Advertise = ReadAdvertised(section),
            Address = ReadBroadcast(section),
            Port = section.Count("port", 1, ushort.MaxValue),
            FirstPause = section.Duration("first-pause", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1)),
            LongestPause = section.Duration("longest-pause", TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(10)),
        };
        return options.FirstPause <= options.LongestPause
            ? options
            : throw Misfit(
                section, "first-pause", "longest-pause",
                $"does not fit: the first pause of {Ms(options.FirstPause)} must not be above the longest of {Ms(options.LongestPause)}.");
    }

    private static string ReadListen(ConfigurationSection section)
    {
        var text = section.Text("listen");
        try
        {
            _ = HostAndPort.Parse(text);
            return text;
        }
        catch (ArgumentException)
        {
            throw section.Error("listen", $"must be \"host:port\" such as \"0.0.0.0:8080\", with port 0 for any free one, but is \"{text}\".");
        }
    }

    private static string? ReadAdvertised(ConfigurationSection section)
    {
        if (section.OptionalText("advertise") is not { } text) return null;
        if (!PeerContact.IsHost(text))
            throw section.Error("advertise", $"must be an address or a host name without a port, but is \"{text}\".");
        return IPAddress.TryParse(text, out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            ? throw section.Error("advertise", $"is \"{text}\", which nobody can dial: write an address of this machine, or leave the key out.")
            : text;
    }

    private static string ReadBroadcast(ConfigurationSection section)
    {
        var text = section.Text("address");
        return IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && text.Count(c => c == '.') == 3
            ? text
            : throw section.Error("address", $"must be an IPv4 broadcast address such as \"255.255.255.255\" or \"192.168.1.255\", but is \"{text}\".");
    }

    /// <summary>An error at whichever of two keys that do not fit was written.</summary>
    private static ConfigurationException Misfit(ConfigurationSection section, string one, string other, string problem) =>
        section.Error(section.IsGiven(one) || !section.IsGiven(other) ? one : other, problem);

    private static string Ms(TimeSpan time) => $"{time.TotalMilliseconds}ms";
}
