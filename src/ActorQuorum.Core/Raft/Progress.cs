namespace ActorQuorum.Core.Raft;

/// <summary>What a leader knows of one follower (Raft figure 2: nextIndex and matchIndex), and the window of what is under way to it.</summary>
internal sealed class Progress(MemberId id, long session, long nextIndex, TimeSpan now)
{
    private readonly Queue<long> _underWay = new();
    private long _roundEnd;
    private TimeSpan _roundBegan = now;
    private TimeSpan _lastRound = TimeSpan.MaxValue;

    /// <summary>The follower.</summary>
    public MemberId Id { get; } = id;

    /// <summary>Since when it is a member (<see cref="ConfiguredMember.Session"/>): all below was heard in this session.</summary>
    public long Session { get; } = session;

    /// <summary>How it is reached, should it no longer stand in a configuration.</summary>
    public MemberContact Contact { get; init; } = MemberContact.Unknown;

    /// <summary>Where the entry stands that removed it; zero while it is a member.</summary>
    public long DepartureIndex { get; private set; }

    /// <summary>Until when it is told that it was removed.</summary>
    public TimeSpan DepartureDeadline { get; private set; }

    /// <summary>The data directory that all below was heard from; zero before the first answer.</summary>
    public ulong Incarnation { get; private set; }

    /// <summary>Whether that directory says it may count towards a quorum.</summary>
    public bool IsProven { get; set; }

    /// <summary>The last index known to be durable there and equal to ours.</summary>
    public long MatchIndex { get; private set; }

    /// <summary>The next index to send.</summary>
    public long NextIndex { get; private set; } = nextIndex;

    /// <summary>Whether it is still unknown where the logs agree: then one message at a time goes out.</summary>
    public bool IsProbing { get; private set; } = true;

    /// <summary>Whether the one message of probing is out.</summary>
    public bool IsProbeOut { get; set; }

    /// <summary>Whether a snapshot is on its way to it: nothing else but heartbeats is sent meanwhile.</summary>
    public bool IsSnapshotting { get; private set; }

    /// <summary>Whether that snapshot is wholly sent, so that only its installation is waited for.</summary>
    public bool IsSnapshotSent { get; private set; }

    /// <summary>The least index that the snapshot reaches; entries behind it are kept.</summary>
    public long SnapshotIndex { get; private set; }

    /// <summary>Whether it needed a snapshot and has not caught up with the log since.</summary>
    public bool IsCatchingUp { get; private set; }

    /// <summary>Whether it has what the last snapshot held, and needs another all the same: the log outgrew what was kept for it meanwhile.</summary>
    public bool IsOutrun { get; private set; }

    /// <summary>Until when the installation is waited for.</summary>
    public TimeSpan InstallDeadline { get; private set; } = TimeSpan.MaxValue;

    /// <summary>Until when no further snapshot is sent, as one could not be.</summary>
    public TimeSpan SnapshotPause { get; private set; }

    /// <summary>How many could not be sent, one after the other.</summary>
    public int SnapshotFailures { get; private set; }

    /// <summary>The last round it confirmed.</summary>
    public long ConfirmedRound { get; private set; }

    /// <summary>When it was last heard in this term.</summary>
    public TimeSpan LastHeard { get; set; } = now;

    /// <summary>When its match index last moved, something was sent to a follower that had everything, or it was last asked where it stands.</summary>
    public TimeSpan LastAdvance { get; set; } = now;

    /// <summary>How many messages are under way.</summary>
    public int UnderWay => _underWay.Count;

    /// <summary>An answer of another data directory: what the old one held says nothing about the new one.</summary>
    public void Reincarnate(ulong incarnation, long lastIndex)
    {
        var isFirstAnswer = Incarnation == 0;
        Incarnation = incarnation;
        if (isFirstAnswer) return;
        IsProven = false;
        MatchIndex = 0;
        NextIndex = lastIndex + 1;
        ConfirmedRound = 0;
        IsSnapshotting = IsCatchingUp = false;
        SnapshotIndex = SnapshotFailures = 0;
        _roundEnd = lastIndex;
        _lastRound = TimeSpan.MaxValue;
        Probe();
    }

    /// <summary>Entries up to <paramref name="lastIndex"/> were sent.</summary>
    public void Sent(long lastIndex, TimeSpan now)
    {
        if (_underWay.Count == 0) LastAdvance = now;
        NextIndex = lastIndex + 1;
        _underWay.Enqueue(lastIndex);
    }

    /// <summary>The follower holds everything up to <paramref name="index"/>, of a log that ends at <paramref name="lastIndex"/>.</summary>
    public void Matched(long index, long lastIndex, TimeSpan now)
    {
        if (index > MatchIndex)
        {
            MatchIndex = index;
            LastAdvance = now;
        }

        MeasureRound(lastIndex, now);
        if (IsSnapshotting && MatchIndex < SnapshotIndex) return;
        IsSnapshotting = false;

        // While probing nothing was sent beyond the probe: what was appended since is still to be sent.
        NextIndex = IsProbing ? MatchIndex + 1 : Math.Max(NextIndex, MatchIndex + 1);
        while (_underWay.TryPeek(out var last) && last <= MatchIndex) _underWay.Dequeue();
        IsProbing = false;
        IsProbeOut = false;
    }

    /// <summary>Goes back to <paramref name="nextIndex"/>, but never to what the follower is known to hold.</summary>
    public void BackOff(long nextIndex)
    {
        NextIndex = Math.Max(MatchIndex + 1, nextIndex);
        Probe();
    }

    /// <summary>It needs a snapshot that reaches at least to <paramref name="index"/>.</summary>
    public void BeginSnapshot(long index)
    {
        Probe();
        IsOutrun = IsCatchingUp && MatchIndex >= SnapshotIndex;
        IsSnapshotting = IsCatchingUp = true;
        IsSnapshotSent = false;
        SnapshotIndex = index;
        InstallDeadline = TimeSpan.MaxValue;
    }

    /// <summary>A snapshot up to <paramref name="index"/> was sent; it is to be installed by <paramref name="deadline"/>.</summary>
    public void SnapshotSent(long index, TimeSpan deadline)
    {
        IsSnapshotSent = true;
        SnapshotFailures = 0;
        SnapshotIndex = index;
        InstallDeadline = deadline;
    }

    /// <summary>A snapshot could not be sent.</summary>
    public void SnapshotFailed() => SnapshotFailures++;

    /// <summary>
    /// The snapshot was not sent, or not installed in time: it is asked where it stands, as it may have all of it though no word of that came
    /// back, and another one waits until <paramref name="pause"/>.
    /// </summary>
    public void EndSnapshot(TimeSpan pause)
    {
        IsSnapshotting = false;
        SnapshotPause = pause;
        NextIndex = Math.Max(MatchIndex, SnapshotIndex) + 1;
        Probe();
    }

    /// <summary>It has caught up: from now on it is as any other.</summary>
    public void CaughtUp() => IsCatchingUp = false;

    /// <summary>It is no longer a member, by the entry at <paramref name="index"/>, and is told so until <paramref name="deadline"/>.</summary>
    public void Depart(long index, TimeSpan deadline)
    {
        if (DepartureIndex > 0) return;
        DepartureIndex = index;
        DepartureDeadline = deadline;
    }

    /// <summary>
    /// Dissertation §4.2.1: a round brings it all that the log held when the round began. It has caught up if it has all, or if its last round
    /// took less than an election timeout and this one still does.
    /// </summary>
    public bool HasCaughtUp(long lastIndex, TimeSpan now, TimeSpan electionTimeout) =>
        MatchIndex >= lastIndex || (_lastRound < electionTimeout && now - _roundBegan < electionTimeout);

    /// <summary>The follower confirmed <paramref name="round"/>.</summary>
    public void Confirmed(long round) => ConfirmedRound = Math.Max(ConfirmedRound, round);

    private void MeasureRound(long lastIndex, TimeSpan now)
    {
        if (MatchIndex < _roundEnd) return;
        _lastRound = _roundEnd == 0 ? TimeSpan.MaxValue : now - _roundBegan;
        _roundEnd = lastIndex;
        _roundBegan = now;
    }

    private void Probe()
    {
        IsProbing = true;
        IsProbeOut = false;
        _underWay.Clear();
    }
}
