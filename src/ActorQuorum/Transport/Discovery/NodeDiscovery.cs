using System.Net;
using ActorQuorum.Core.Voting;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport.Discovery;

/// <summary>Announces this node by broadcast and hears the announcements of others. When it announces is the NodeActor's affair.</summary>
internal sealed class NodeDiscovery : IBroadcastInbox, IAsyncDisposable
{
    /// <summary>The most announcements that wait for the NodeActor: a flood of them fills no memory.</summary>
    public const int MostWaiting = 64;

    private readonly IBroadcast broadcast;
    private readonly ulong clusterId;
    private readonly VotingMember self;
    private readonly byte[] announcement;
    private readonly ILogger logger;
    private readonly LogThrottle throttle;
    private Action<VotingMember>? hear;
    private int waiting;

    /// <summary>Makes it; it hears nothing before it is started.</summary>
    public NodeDiscovery(IBroadcast broadcast, ulong clusterId, VotingMember self, ILogger logger, LogThrottle throttle)
    {
        this.broadcast = broadcast;
        this.clusterId = clusterId;
        this.self = self;
        this.logger = logger;
        this.throttle = throttle;
        announcement = AnnouncementCodec.Write(clusterId, self);
    }

    /// <summary>What it counts.</summary>
    public DiscoveryTally Tally { get; } = new();

    /// <summary>Begins to hear; each node that presents itself goes to <paramref name="into"/>, which calls <see cref="Handled"/> once it is done.</summary>
    /// <exception cref="IOException">The port cannot be had.</exception>
    public void Start(Action<VotingMember> into)
    {
        hear = into;
        broadcast.Start(this);
    }

    /// <summary>Presents this node to whoever is on the network.</summary>
    public void Announce()
    {
        Tally.CountSent();
        broadcast.Send(announcement);
    }

    /// <summary>An announcement was handled.</summary>
    public void Handled() => Interlocked.Decrement(ref waiting);

    /// <inheritdoc/>
    public void Heard(ReadOnlySpan<byte> datagram, IPAddress source)
    {
        var verdict = AnnouncementCodec.Read(datagram, source, clusterId, self.Id, out var contact);
        Tally.Count(verdict);
        if (contact is null)
        {
            Remark(verdict, datagram.Length, source);
        }
        else if (Interlocked.Increment(ref waiting) > MostWaiting)
        {
            Handled();
            Tally.CountDropped();
        }
        else
        {
            hear!(contact);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => broadcast.DisposeAsync();

    private void Remark(AnnouncementVerdict verdict, int sizeBytes, IPAddress source)
    {
        // Another cluster on the network is as it should be; another version of this one's protocol an operator wants to know of.
        var level = verdict is AnnouncementVerdict.Own or AnnouncementVerdict.OtherCluster ? LogLevel.Trace
            : verdict == AnnouncementVerdict.OtherVersion ? LogLevel.Warning
            : LogLevel.Debug;
        if (logger.IsEnabled(level) && throttle.Allows($"datagram {verdict}"))
        {
            logger.Log(level, "{Node} ignored a datagram of {Size} bytes from {Source}: {Verdict}", self.Name, sizeBytes, source, verdict);
        }
    }
}
