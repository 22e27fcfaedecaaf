using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>The configurations that stand in the log: used as soon as they are appended, rolled back with truncation (Raft §6).</summary>
internal sealed class MembershipHistory(Membership founding)
{
    private readonly List<(long Index, Membership Membership)> _configurations = [(0, founding)];
    private ImmutableArray<Member> _compactedFounders = [];

    /// <summary>The latest configuration in the log, committed or not.</summary>
    public Membership Latest => _configurations[^1].Membership;

    /// <summary>Where <see cref="Latest"/> stands; zero if it is the founding one.</summary>
    public long LatestIndex => _configurations[^1].Index;

    /// <summary>
    /// The founding view: the voters that the first leader wrote down, or the one that went on alone since. The snapshot carries it once that entry
    /// is compacted.
    /// </summary>
    public ImmutableArray<Member> Founders
    {
        get
        {
            for (var i = _configurations.Count - 1; i > 0; i--)
                if (_configurations[i].Membership.IsFoundedAt(_configurations[i].Index))
                    return _configurations[i].Membership.Voters;
            if (!_compactedFounders.IsEmpty) return _compactedFounders;
            return _configurations.Count > 1 ? _configurations[1].Membership.Voters : [];
        }
    }

    /// <summary>The latest configuration not beyond <paramref name="commitIndex"/>.</summary>
    public Membership CommittedAt(long commitIndex)
    {
        for (var i = _configurations.Count - 1; i > 0; i--)
            if (_configurations[i].Index <= commitIndex)
                return _configurations[i].Membership;
        return _configurations[0].Membership;
    }

    /// <summary>Where the latest committed configuration stands; zero if none is committed.</summary>
    public long CommittedIndexAt(long commitIndex)
    {
        for (var i = _configurations.Count - 1; i > 0; i--)
            if (_configurations[i].Index <= commitIndex)
                return _configurations[i].Index;
        return _configurations[0].Index;
    }

    /// <summary>Follows an appended entry.</summary>
    public void Appended(Entry entry)
    {
        if (entry.Kind == EntryKind.Configuration) _configurations.Add((entry.Index, Membership.Decode(entry.Payload.Span)));
    }

    /// <summary>Follows a truncation.</summary>
    public void TruncatedFrom(long index) => _configurations.RemoveAll(c => c.Index >= index && c.Index > 0);

    /// <summary>Replaces the configuration that stands before the log: the cluster was founded. One that a snapshot carried says more, and stays.</summary>
    public void Found(Membership membership)
    {
        if (_configurations[0].Index == 0) _configurations[0] = (0, membership);
    }

    /// <summary>Begins anew behind a snapshot, which carries the configuration that was in force.</summary>
    public void Restart(SnapshotMark mark)
    {
        var membership = mark.Membership.Members.IsEmpty ? _configurations[0].Membership : mark.Membership;
        _configurations.Clear();
        _configurations.Add((mark.Index, membership));
        _compactedFounders = mark.Founding;
    }

    /// <summary>Follows a compaction: of what stands up to <paramref name="index"/> only the latest is still of use.</summary>
    public void CompactedTo(long index)
    {
        _compactedFounders = Founders;
        var latest = _configurations.FindLastIndex(c => c.Index <= index);
        if (latest > 0) _configurations.RemoveRange(0, latest);
    }
}
