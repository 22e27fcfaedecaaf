namespace ActorQuorum.Transport.Discovery;

/// <summary>What discovery counts. Written by its one receiving loop and by the NodeActor, each its own; read by anybody.</summary>
internal sealed class DiscoveryTally
{
    private readonly long[] _heard = new long[Enum.GetValues<AnnouncementVerdict>().Length];
    private long _sent;
    private long _dropped;

    /// <summary>Announcements sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Announcements of other nodes that came faster than they could be handled.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many datagrams fared so.</summary>
    public long Heard(AnnouncementVerdict verdict) => Interlocked.Read(ref _heard[(int)verdict]);

    /// <summary>One was sent.</summary>
    public void CountSent() => Interlocked.Increment(ref _sent);

    /// <summary>One came too fast.</summary>
    public void CountDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>One was heard.</summary>
    public void Count(AnnouncementVerdict verdict) => Interlocked.Increment(ref _heard[(int)verdict]);
}
