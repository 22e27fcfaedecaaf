using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Voting;

/// <summary>What a node of the constant election finds out before its actors start: its port, its name, its address, its number.</summary>
internal static class VotingStart
{
    /// <summary>How many ports behind a busy one are tried.</summary>
    private const int MostPorts = 100;

    /// <summary>The number of the cluster of this name; none that a Raft cluster has, whatever the names.</summary>
    public static ulong ClusterIdOf(string clusterName) =>
        Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"constant\0{clusterName}"))));

    /// <summary>Listens on the port of the settings, or on the next free one.</summary>
    /// <exception cref="IOException">None is free, or the address is not this machine's.</exception>
    public static async Task<Socket> ListenAsync(VotingNodeOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        for (var port = options.Port; ; port++)
        {
            try
            {
                var socket = await PeerSockets.ListenAsync(new HostAndPort(options.ListenAddress, port), cancellationToken).ConfigureAwait(false);
                if (port != options.Port) logger.LogWarning("Port {Busy} is busy; {Port} is taken instead", options.Port, port);
                return socket;
            }
            catch (IOException e) when (MayTryNext(options, port) && e.InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse })
            {
                // The next one.
            }
        }
    }

    /// <summary>This start of this node.</summary>
    public static VotingMember SelfOf(VotingNodeOptions options, IPEndPoint listeningOn, TimeProvider time)
    {
        var name = options.Name ?? string.Create(CultureInfo.InvariantCulture, $"{Environment.MachineName}:{listeningOn.Port}");
        var host = options.AdvertisedAddress ?? HostOf(options, listeningOn.Address).ToString();
        var birth = time.GetUtcNow().ToUnixTimeMilliseconds();
        return new(VotingMember.IdOf(name, host, listeningOn.Port, birth, Draw()), name, host, listeningOn.Port, birth);
    }

    /// <summary>What the core is configured with.</summary>
    public static VotingOptions CoreOptionsOf(VotingNodeOptions options, VotingMember self) => new()
    {
        Self = self,
        Seed = Draw(),
        Metric = options.Election.Metric == VotingMetric.Port ? Core.Voting.VotingMetric.LowestPort : Core.Voting.VotingMetric.EarliestBirth,
        OnMinority = options.Election.OnMinority == OnMinority.Wait ? Core.Voting.OnMinority.Wait : Core.Voting.OnMinority.Stop,
        Heartbeat = options.Election.Heartbeat,
        Settle = options.Election.Settle,
        Discovery = options.Election.DiscoveryWindow,
        StopAfter = options.Election.StopActing,
        LostAfter = options.Election.Lost,
        Tick = TickOf(options.Election),
    };

    /// <summary>Where to broadcast.</summary>
    /// <exception cref="ArgumentException">A setting cannot be.</exception>
    public static IPEndPoint BroadcastOf(VotingNodeOptions options) =>
        IPAddress.TryParse(options.BroadcastAddress, out var address) && address.AddressFamily == AddressFamily.InterNetwork
            ? new(address, options.BroadcastPort)
            : throw new ArgumentException($"the broadcast address \"{options.BroadcastAddress}\" is no IPv4 address; write for example 255.255.255.255.", nameof(options));

    /// <summary>Refuses what cannot be.</summary>
    /// <exception cref="ArgumentException">What, and what to do.</exception>
    public static void Check(VotingNodeOptions options)
    {
        if (options.Name is { } name && PeerContact.WhyNoName(name) is { } why)
            throw new ArgumentException($"the node's name cannot be: {why}.", nameof(options));
        if (options.Port is < 0 or > ushort.MaxValue)
            throw new ArgumentException($"the port {options.Port} is none; it lies between 0 and 65535.", nameof(options));
        if (options.BroadcastPort is < 1 or > ushort.MaxValue)
            throw new ArgumentException($"the broadcast port {options.BroadcastPort} is none; it lies between 1 and 65535.", nameof(options));
        if (options.FirstPause <= TimeSpan.Zero || options.LongestPause < options.FirstPause)
            throw new ArgumentException("the pauses between announcements begin above zero and do not end below it.", nameof(options));
        if (options.AdvertisedAddress is { } advertised && !IsReachable(advertised))
            throw new ArgumentException($"nobody can dial the advertised address \"{advertised}\"; write an address or a host name of this machine, without a port.", nameof(options));
        _ = BroadcastOf(options);
        Check(options.Election);
    }

    private static void Check(VotingElectionOptions election)
    {
        if (election.Heartbeat < TimeSpan.FromMilliseconds(5) || election.StopActing < 2 * election.Heartbeat)
            throw new ArgumentException("a heartbeat is of at least 5 ms, and a master stops acting after at least two.", nameof(election));
        if (election.Lost < election.StopActing + election.Heartbeat)
            throw new ArgumentException("a member is lost at least a heartbeat after a master stops acting, or two could act at once.", nameof(election));
    }

    /// <summary>
    /// Twice a heartbeat: each tick wakes some threads, and an idle node shall idle. What is due between two ticks comes with the later one, so
    /// they are at most a third of the time from when a master stops to when the others miss it apart.
    /// </summary>
    private static TimeSpan TickOf(VotingElectionOptions election)
    {
        var (wanted, most) = (election.Heartbeat / 2, (election.Lost - election.StopActing) / 3);
        return wanted < most ? wanted : most;
    }

    private static bool IsReachable(string host) =>
        PeerContact.IsHost(host) && !(IPAddress.TryParse(host, out var address) && ReachableAddress.IsUnspecified(address));

    private static IPAddress HostOf(VotingNodeOptions options, IPAddress listeningOn) => ReachableAddress.IsUnspecified(listeningOn)
        ? ReachableAddress.Toward(BroadcastOf(options).Address)
        : listeningOn;

    private static bool MayTryNext(VotingNodeOptions options, int port) =>
        options.TakesNextFreePort && options.Port != 0 && port < ushort.MaxValue && port - options.Port < MostPorts;

    private static ulong Draw() => BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
}
