namespace ActorQuorum.Configuration;

/// <summary>Which protocol elects (docs/elections.md).</summary>
public enum ElectionProtocol
{
    /// <summary>Raft: known members, a replicated log.</summary>
    Raft,

    /// <summary>The constant election: members find each other, and agree on a master and nothing else.</summary>
    Constant,
}

/// <summary>Where a node of a constant election listens, and how such nodes find each other (<c>discovery</c>).</summary>
public sealed record DiscoveryOptions
{
    /// <summary>host:port to listen on for the other nodes; 0.0.0.0 is any address (<c>discovery.listen</c>).</summary>
    public string Listen { get; init; } = "0.0.0.0:8080";

    /// <summary>The address that the others shall dial (<c>discovery.advertise</c>); null for one that is found out.</summary>
    public string? Advertise { get; init; }

    /// <summary>The IPv4 address to broadcast to (<c>discovery.address</c>).</summary>
    public string Address { get; init; } = "255.255.255.255";

    /// <summary>The UDP port that all nodes of the network broadcast to and hear on (<c>discovery.port</c>).</summary>
    public int Port { get; init; } = 5595;

    /// <summary>The first pause between two announcements (<c>discovery.first-pause</c>).</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between two announcements (<c>discovery.longest-pause</c>).</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(5);
}
