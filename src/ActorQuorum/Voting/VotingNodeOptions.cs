using ActorQuorum.Configuration;
using ActorQuorum.Transport;

namespace ActorQuorum.Voting;

/// <summary>What a node of the constant election votes by.</summary>
public enum VotingMetric
{
    /// <summary>The node that was born first is the best master: masters change seldom.</summary>
    BirthTime,

    /// <summary>The node with the lowest port is: an operator says who, by the ports.</summary>
    Port,
}

/// <summary>What a node of the constant election does once its network can build no majority.</summary>
public enum OnMinority
{
    /// <summary>It says why and ends.</summary>
    Exit,

    /// <summary>It stays, without a master, and joins again when it can.</summary>
    Wait,
}

/// <summary>All settings of a node of the constant election. <c>reference.conf</c> holds each default, and why it is so.</summary>
public sealed record VotingNodeOptions
{
    /// <summary>
    /// The node's name, of at most 300 characters; no other live node may have it. Null for one made of the machine's name and the port
    /// that the node got (<c>node.name</c>).
    /// </summary>
    public string? Name { get; init; }

    /// <summary>The cluster's name: nodes of another one do not meet (<c>cluster.id</c>).</summary>
    public string ClusterName { get; init; } = "quorum";

    /// <summary>The IP address or host name to listen on; 0.0.0.0 for any.</summary>
    public string ListenAddress { get; init; } = "0.0.0.0";

    /// <summary>The TCP port to listen on; 0 lets the system choose.</summary>
    public int Port { get; init; } = 8080;

    /// <summary>Whether the next free port is taken where <see cref="Port"/> is busy; it is said in the log then.</summary>
    public bool TakesNextFreePort { get; init; } = true;

    /// <summary>
    /// The address that the others shall dial (<c>discovery.advertise</c>); null for the one listened on, or if that is any, for the one of the
    /// interface that reaches <see cref="BroadcastAddress"/>.
    /// </summary>
    public string? AdvertisedAddress { get; init; }

    /// <summary>The IPv4 address to broadcast to (<c>discovery.address</c>).</summary>
    public string BroadcastAddress { get; init; } = "255.255.255.255";

    /// <summary>The UDP port that all nodes of the network broadcast to and hear on (<c>discovery.port</c>).</summary>
    public int BroadcastPort { get; init; } = 5595;

    /// <summary>The first pause between two announcements; each next one is twice as long (<c>discovery.first-pause</c>).</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause, and that of a node that has met another (<c>discovery.longest-pause</c>).</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where the fencing epoch is kept over restarts; null for memory only (<c>node.data-dir</c>).</summary>
    public string? DataDirectory { get; init; }

    /// <summary>How the election goes (<c>election.constant</c>).</summary>
    public VotingElectionOptions Election { get; init; } = new();

    /// <summary>What runs where mastership comes and goes (<c>roles</c>).</summary>
    public RoleOptions Roles { get; init; } = new();

    /// <summary>What runs the node's actors: the pool, or a thread each (<c>runtime</c>).</summary>
    public NodeRuntime Runtime { get; init; } = NodeRuntime.Pool;

    /// <summary>What a configuration file with <c>election.protocol = constant</c> says. A busy port is an error there.</summary>
    /// <param name="options">The file's settings.</param>
    /// <returns>The same as settings of this protocol.</returns>
    public static VotingNodeOptions From(NodeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var listen = HostAndPort.Parse(options.Discovery.Listen);
        return new()
        {
            Name = options.Name,
            ClusterName = options.ClusterName,
            ListenAddress = listen.Host,
            Port = listen.Port,
            TakesNextFreePort = false,
            AdvertisedAddress = options.Discovery.Advertise,
            BroadcastAddress = options.Discovery.Address,
            BroadcastPort = options.Discovery.Port,
            FirstPause = options.Discovery.FirstPause,
            LongestPause = options.Discovery.LongestPause,
            DataDirectory = options.Storage == StorageKind.Disk ? options.DataDirectory : null,
            Election = options.Election.Constant,
            Roles = options.Roles,
            Runtime = options.Runtime,
        };
    }
}

/// <summary>How the constant election goes (<c>election.constant</c>).</summary>
public sealed record VotingElectionOptions
{
    /// <summary>What is voted by (<c>election.constant.metric</c>).</summary>
    public VotingMetric Metric { get; init; } = VotingMetric.BirthTime;

    /// <summary>How often each node tells each other its vote (<c>election.constant.heartbeat</c>).</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long all votes must have stood unchanged before they are counted (<c>election.constant.settle</c>).</summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How long a new node looks for others before it may elect itself (<c>election.constant.discovery-window</c>).</summary>
    public TimeSpan DiscoveryWindow { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A master that hears less than a majority for so long stops acting (<c>election.constant.stop-acting</c>).</summary>
    public TimeSpan StopActing { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// A member not heard for so long is lost (<c>election.constant.lost</c>): longer than <see cref="StopActing"/>, so that two masters never act
    /// at once while clocks run at about the same rate.
    /// </summary>
    public TimeSpan Lost { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>What to do without a majority (<c>election.constant.on-minority</c>).</summary>
    public OnMinority OnMinority { get; init; } = OnMinority.Exit;
}
