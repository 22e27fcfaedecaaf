namespace ActorQuorum.Core.Raft;

/// <summary>What a leader knows of one follower (Raft figure 2: nextIndex and matchIndex), and the window of what is under way to it.</summary>
internal sealed class Progress(MemberId id, long nextIndex, TimeSpan now)
{
    private readonly Queue<long> _underWay = new();

    /// <summary>The follower.</summary>
    public MemberId Id { get; } = id;

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
        Probe();
    }

    /// <summary>Entries up to <paramref name="lastIndex"/> were sent.</summary>
    public void Sent(long lastIndex, TimeSpan now)
    {
        if (_underWay.Count == 0) LastAdvance = now;
        NextIndex = lastIndex + 1;
        _underWay.Enqueue(lastIndex);
    }

    /// <summary>The follower holds everything up to <paramref name="index"/>.</summary>
    public void Matched(long index, TimeSpan now)
    {
        if (index > MatchIndex)
        {
            MatchIndex = index;
            LastAdvance = now;
        }

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

    /// <summary>The follower confirmed <paramref name="round"/>.</summary>
    public void Confirmed(long round) => ConfirmedRound = Math.Max(ConfirmedRound, round);

    private void Probe()
    {
        IsProbing = true;
        IsProbeOut = false;
        _underWay.Clear();
    }
}
