using System.Diagnostics.Metrics;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Metrics;

/// <summary>What a node counts of one other member. Written by the NodeActor.</summary>
internal sealed class PeerTally(MemberId id, string name)
{
    private long _round;
    private TimeSpan _sentAt;

    /// <summary>The member.</summary>
    public MemberId Id => id;

    /// <summary>The tag of its measurements.</summary>
    public KeyValuePair<string, object?> Tag { get; } = new("peer", name);

    /// <summary>Messages handed to its connection.</summary>
    public long Sent { get; private set; }

    /// <summary>Messages that could not be: there was no connection, or its queue was full.</summary>
    public long Dropped { get; private set; }

    /// <summary>Connections to it that were lost.</summary>
    public long Lost { get; set; }

    /// <summary>A message left, or could not.</summary>
    public void Count(bool wasSent)
    {
        if (wasSent) Sent++;
        else Dropped++;
    }

    /// <summary>A heartbeat left.</summary>
    public void HeartbeatSent(long round, TimeSpan now) => (_round, _sentAt) = (round, now);

    /// <summary>A heartbeat was answered; an answer to an older one tells nothing.</summary>
    public void HeartbeatAnswered(long round, TimeSpan now, Histogram<double>? seconds)
    {
        if (round != _round) return;
        _round = 0;
        seconds?.Record((now - _sentAt).TotalSeconds, Tag);
    }
}
