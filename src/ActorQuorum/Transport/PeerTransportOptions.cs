using System.Net.Sockets;
using System.Text;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Transport;

/// <summary>Another member, and where it listens to its peers.</summary>
/// <param name="Name">Its name, for logs.</param>
/// <param name="Address">host:port.</param>
internal sealed record PeerAddress(string Name, string Address);

/// <summary>The settings of a <see cref="TcpPeerTransport"/>.</summary>
internal sealed record PeerTransportOptions
{
    /// <summary>The longest name in a hello.</summary>
    public const int NameLimitBytes = PeerContact.NameLimitBytes;

    /// <summary>The cluster's number; a hello of another cluster is refused.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>This member.</summary>
    public required MemberId Self { get; init; }

    /// <summary>This member's name, for the logs of its peers.</summary>
    public required string Name { get; init; }

    /// <summary>The random number of this node's data directory; never zero.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>host:port to listen on; port 0 lets the system choose.</summary>
    public required string Listen { get; init; }

    /// <summary>
    /// How this node presents itself in the constant election; strangers of the same cluster are let in then, and told to the inbox. Null where
    /// the members are known: strangers are refused.
    /// </summary>
    public VotingMember? Contact { get; init; }

    /// <summary>
    /// Whether a node of the same cluster that is none of the peers is let in, where members are otherwise known: this node may not have heard yet
    /// of the leader that brings it up to date. Whoever is let in so is told to the inbox, with the address it names. Null for never.
    /// </summary>
    public Func<bool>? LetsCallersIn { get; init; }

    /// <summary>A socket that listens already, which the transport takes over; null to open one at <see cref="Listen"/>.</summary>
    public Socket? Listening { get; init; }

    /// <summary>The most members that may be connected at once where strangers are let in.</summary>
    public int MostStrangers { get; init; } = 1024;

    /// <summary>The other members.</summary>
    public required IReadOnlyDictionary<MemberId, PeerAddress> Peers { get; init; }

    /// <summary>The largest frame, without its length prefix.</summary>
    public int FrameSizeBytes { get; init; } = 8 << 20;

    /// <summary>The most messages of one peer that wait, in or out.</summary>
    public int QueueMessages { get; init; } = 4096;

    /// <summary>The most bytes of one peer's messages that wait, in or out; not below one frame.</summary>
    public long QueueSizeBytes { get; init; } = 64L << 20;

    /// <summary>The most accepted connections that have not yet said who they are.</summary>
    public int UngreetedConnections { get; init; } = 64;

    /// <summary>How long a dial may take.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a hello, or its answer, may take.</summary>
    public TimeSpan HelloTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>A write that makes no progress for so long closes its connection.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The first pause between two dials.</summary>
    public TimeSpan BackoffFloor { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two dials.</summary>
    public TimeSpan BackoffCeiling { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A warning about one peer and reason is not repeated within this.</summary>
    public TimeSpan WarningPeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock of all timeouts.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Throws an <see cref="ArgumentException"/> that names what cannot be.</summary>
    public void Validate()
    {
        Demand(!Self.IsNone, "This member has no id.");
        Demand(Incarnation != 0, "The incarnation is zero, which means unbound: draw a random one.");
        Demand(Encoding.UTF8.GetByteCount(Name) <= NameLimitBytes, $"The name \"{Name}\" is over {NameLimitBytes} bytes.");
        Demand(!Peers.ContainsKey(Self) && !Peers.ContainsKey(MemberId.None), "The peers are the others: neither this member nor nobody.");
        Demand(QueueMessages > 0, "A queue of no message carries nothing.");
        Demand(FrameSizeBytes is > 0 and <= 1 << 30, "The frame size lies between 1 byte and 1 GiB.");
        Demand(QueueSizeBytes >= FrameSizeBytes, "A queue must hold one frame at least.");
        Demand(UngreetedConnections > 0, "With no connection before its hello nobody can connect.");
        Demand(BackoffFloor > TimeSpan.Zero && BackoffFloor <= BackoffCeiling, "The backoff begins above zero and does not end below it.");
    }

    private static void Demand(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new ArgumentException(otherwise);
        }
    }
}
