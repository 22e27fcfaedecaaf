using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Properties;

/// <summary>What Raft promises (figure 3), and what DESIGN adds, watched at every turn of every node. A broken one throws.</summary>
internal sealed class Invariants
{
    private readonly CoreCluster _cluster;
    private readonly SortedDictionary<long, (MemberId Id, ulong Incarnation)> _leaders = [];
    private readonly SortedDictionary<long, (string Entry, long KnownInTerm)> _committed = [];
    private readonly SortedDictionary<long, long> _readFloors = [];
    private readonly Dictionary<CoreNode, (long Term, long Commit, int Reads, int Roles, Entry[] LeaderLog)> _last = [];
    private readonly SortedDictionary<long, Membership> _configurations = [];

    public Invariants(CoreCluster cluster)
    {
        _cluster = cluster;
        cluster.Watch = TurnEnded;
        cluster.WatchSent = Sent;
        cluster.WatchApplied = Applied;
        cluster.WatchInstalled = SnapshotEqualsLog;
    }

    /// <summary>How many elections were won: a schedule in which nothing happens proves nothing.</summary>
    public int Elections => _leaders.Count;

    /// <summary>The highest index known to be committed anywhere.</summary>
    public long Committed => _committed.Count == 0 ? 0 : _committed.Keys.Last();

    /// <summary>How many joint configurations were committed.</summary>
    public int Joints { get; private set; }

    /// <summary>How many snapshots were installed.</summary>
    public int Installed { get; private set; }

    /// <summary>A snapshot holds what the entries that it replaces did.</summary>
    private void SnapshotEqualsLog(CoreNode node)
    {
        Installed++;
        Check(node.Applied.Count == node.Snapshot.Index, $"the snapshot of {node.Id} holds {node.Applied.Count} entries up to {node.Snapshot.Index}");
        foreach (var entry in node.Applied)
            Check(_committed.TryGetValue(entry.Index, out var known) && known.Entry == TextOf(entry), $"the snapshot of {node.Id} differs at {entry.Index}");
        var mark = SnapshotMark.None.After([.. node.Applied]);
        Check(
            node.Snapshot.Membership.Encode().AsSpan().SequenceEqual(mark.Membership.Encode()) && node.Snapshot.Founding.AsSpan().SequenceEqual(mark.Founding.AsSpan()),
            $"the snapshot of {node.Id} carries another configuration than the log");
    }

    /// <summary>How many reads were confirmed.</summary>
    public int ReadsConfirmed { get; private set; }

    /// <summary>A read that begins now must see all that is committed now.</summary>
    public void ReadBegins(long requestId) => _readFloors[requestId] = Committed;

    /// <summary>Log matching: two logs that hold an entry of the same index and term are the same up to it.</summary>
    public void LogsMatch()
    {
        foreach (var a in _cluster.Nodes)
        foreach (var b in _cluster.Nodes)
        {
            if (a.Id >= b.Id) continue;
            var common = Math.Min(a.Core.Log.LastIndex, b.Core.Log.LastIndex);
            var least = Math.Max(a.Core.Log.BaseIndex, b.Core.Log.BaseIndex);
            while (common > least && a.Core.Log.TermAt(common) != b.Core.Log.TermAt(common)) common--;
            for (; common > least; common--)
                Check(TextOf(a.Core.Log[common]) == TextOf(b.Core.Log[common]), $"log matching: {a.Id} and {b.Id} differ at {common}");
        }
    }

    private static string TextOf(Entry entry) => Logs.Text([entry]);

    private static void Check(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }

    private void TurnEnded(CoreNode node)
    {
        var last = _last.GetValueOrDefault(node, (node.State.Term, 0, 0, 0, []));
        Check(node.Term >= last.Term, $"{node.Id}: term falls from {last.Term} to {node.Term}");
        Check(node.CommitIndex >= last.Commit, $"{node.Id}: commit index falls from {last.Commit} to {node.CommitIndex}");
        CommitsAgree(node, last.Commit);
        ReadsAreFresh(node, last.Reads);
        foreach (var change in node.RoleChanges.Skip(last.Roles)) ElectedByMajority(node, change);
        var log = node.Role == Role.Leader ? LeaderHolds(node, last.Term, last.LeaderLog) : [];
        _last[node] = (node.Term, node.CommitIndex, node.Reads.Count, node.RoleChanges.Count, log);
    }

    /// <summary>Election safety, leader append-only, leader completeness.</summary>
    private Entry[] LeaderHolds(CoreNode node, long lastTerm, Entry[] lastLog)
    {
        var self = (node.Id, node.Options.Incarnation);
        if (!_leaders.TryAdd(node.Term, self)) Check(_leaders[node.Term] == self, $"two leaders in term {node.Term}");
        Check(node.State.Term == node.Term && node.State.Vote == node.Id && node.State.Proven, $"{node.Id} leads what is not durable");
        foreach (var (index, (entry, knownInTerm)) in _committed)
            if (knownInTerm < node.Term && index > node.Core.Log.BaseIndex)
                Check(
                    index <= node.Core.Log.LastIndex && TextOf(node.Core.Log[index]) == entry,
                    $"leader completeness: {node.Id} leads term {node.Term} without {index}, committed by term {knownInTerm}");
        foreach (var entry in lastTerm == node.Term ? lastLog : [])
            Check(
                entry.Index <= node.Core.Log.BaseIndex || (entry.Index <= node.Core.Log.LastIndex && ReferenceEquals(node.Core.Log[entry.Index], entry)),
                $"leader {node.Id} overwrote its log");
        Check(
            node.LogEntries.Count(e => e.Kind == EntryKind.Configuration && e.Index > node.CommitIndex) <= 1 || node.CommitIndex < FirstOf(node),
            $"leader {node.Id} has two changes of the members in flight");
        return [.. node.LogEntries];
    }

    /// <summary>Where the leader's own term begins: before that is committed it may have inherited more than one configuration.</summary>
    private static long FirstOf(CoreNode leader) => leader.LogEntries.FirstOrDefault(e => e.Term == leader.Term)?.Index ?? leader.Core.Log.BaseIndex;

    /// <summary>Raft §6: a leader has the votes of a majority of each configuration in force; counted here by the configuration's own bytes.</summary>
    private static void ElectedByMajority(CoreNode node, RoleChange change)
    {
        if (change.Cause != RoleCause.VotesWon) return;
        var membership = node.LogEntries.LastOrDefault(e => e.Kind == EntryKind.Configuration && e.Term < change.Term) is { } entry
            ? Membership.Decode(entry.Payload.Span)
            : node.Snapshot.Membership;
        if (membership.Members.IsEmpty) return;
        Check(IsMajority(change.Votes, membership.Voters), $"{node.Id} leads term {change.Term} without a majority");
        if (!membership.Outgoing.IsEmpty) Check(IsMajority(change.Votes, membership.Outgoing), $"{node.Id} leads term {change.Term} without a majority of C_old");
    }

    private static bool IsMajority(IEnumerable<MemberId> voted, IReadOnlyCollection<Member> voters) =>
        voters.Count(v => voted.Contains(v.Id)) * 2 > voters.Count;

    /// <summary>Raft §6: from one set of voters to another only over both; who was bound anew meanwhile is the same voter.</summary>
    private void ConfigurationsFollow(long index, Entry entry)
    {
        if (entry.Kind != EntryKind.Configuration || !_configurations.TryAdd(index, Membership.Decode(entry.Payload.Span))) return;
        if (_configurations.Keys.Where(i => i < index).DefaultIfEmpty(-1).Max() is var at && at < 0) return;
        var (before, after) = (_configurations[at], _configurations[index]);
        Check(
            (after.IsJoint && !before.IsJoint && Same(after.Outgoing, before.Voters)) || (!after.IsJoint && Same(after.Voters, before.Voters)),
            $"the configuration at {index} does not follow the one at {at}");
        Joints += after.IsJoint ? 1 : 0;
    }

    private static bool Same(IEnumerable<Member> some, IEnumerable<Member> others) => some.Select(m => m.Id).SequenceEqual(others.Select(m => m.Id));

    private void CommitsAgree(CoreNode node, long from)
    {
        for (var index = Math.Max(from, node.Core.Log.BaseIndex) + 1; index <= node.CommitIndex; index++)
        {
            ConfigurationsFollow(index, node.Core.Log[index]);
            var text = TextOf(node.Core.Log[index]);
            if (!_committed.TryAdd(index, (text, node.Term))) Check(_committed[index].Entry == text, $"two entries are committed at {index}");
        }
    }

    private void ReadsAreFresh(CoreNode node, int from)
    {
        foreach (var read in node.Reads.Skip(from))
        foreach (var id in read.RequestIds)
        {
            ReadsConfirmed++;
            Check(read.Index >= _readFloors[id], $"read {id} at {read.Index} misses what was committed before it began, up to {_readFloors[id]}");
        }
    }

    /// <summary>State machine safety, and nothing applied that the disk does not hold.</summary>
    private void Applied(CoreNode node, Entry entry)
    {
        Check(entry.Index == node.Applied.Count + 1, $"{node.Id} applies {entry.Index} behind {node.Applied.Count}");
        Check(entry.Index <= node.CommitIndex, $"{node.Id} applies {entry.Index} beyond its commit index {node.CommitIndex}");
        Check(
            node.DurableTermAt(entry.Index) == entry.Term,
            $"{node.Id} applies {entry.Index}, which its disk does not hold");
    }

    /// <summary>Nothing leaves before the disk holds what it says.</summary>
    private void Sent(CoreNode node, RaftMessage message)
    {
        var state = node.State;
        Check(message.Term <= state.Term, $"{node.Id} speaks in term {message.Term}, its disk knows {state.Term}");
        Check(message.From != message.To, $"{node.Id} speaks to itself");
        var holds = message switch
        {
            RequestVote { IsPreVote: false } => state.Term > message.Term || state.Vote == node.Id,
            RequestVoteReply { IsPreVote: false, IsGranted: true } => state.Proven && (state.Term > message.Term || state.Vote == message.To),
            AppendEntriesReply { IsSuccess: true } reply => HoldsDurably(node, reply) && (state.Proven || !reply.IsProven),
            AppendEntriesReply reply => state.Proven || !reply.IsProven,
            HeartbeatReply reply => state.Proven || !reply.IsProven,
            Introduction introduction => introduction.Phase != FoundingPhase.Proven || state.Proven,
            _ => true,
        };
        Check(holds, $"{node.Id} says what its disk does not hold: {message}");
    }

    private bool HoldsDurably(CoreNode node, AppendEntriesReply reply)
    {
        if (reply.MatchIndex > Math.Max(node.DurableIndex, node.Snapshot.Index)) return false;
        var leader = _cluster[(int)reply.To.Value];
        if (leader.Role != Role.Leader || leader.Term != reply.Term || reply.MatchIndex <= leader.Core.Log.BaseIndex) return true;
        var term = reply.MatchIndex == node.Snapshot.Index ? node.Snapshot.Term : node.DurableTermAt(reply.MatchIndex);
        return leader.Core.Log.TermAt(reply.MatchIndex) == term || reply.MatchIndex <= node.Snapshot.Index;
    }
}
