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
    private readonly Dictionary<CoreNode, (long Term, long Commit, int Reads, string LeaderLog)> _last = [];

    public Invariants(CoreCluster cluster)
    {
        _cluster = cluster;
        cluster.Watch = TurnEnded;
        cluster.WatchSent = Sent;
        cluster.WatchApplied = Applied;
    }

    /// <summary>How many elections were won: a schedule in which nothing happens proves nothing.</summary>
    public int Elections => _leaders.Count;

    /// <summary>The highest index known to be committed anywhere.</summary>
    public long Committed => _committed.Count == 0 ? 0 : _committed.Keys.Last();

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
            while (common > 0 && a.Core.Log.TermAt(common) != b.Core.Log.TermAt(common)) common--;
            for (; common > 0; common--)
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
        var last = _last.GetValueOrDefault(node, (node.State.Term, 0, 0, ""));
        Check(node.Term >= last.Term, $"{node.Id}: term falls from {last.Term} to {node.Term}");
        Check(node.CommitIndex >= last.Commit, $"{node.Id}: commit index falls from {last.Commit} to {node.CommitIndex}");
        CommitsAgree(node, last.Commit);
        ReadsAreFresh(node, last.Reads);
        var log = node.Role == Role.Leader ? LeaderHolds(node, last) : "";
        _last[node] = (node.Term, node.CommitIndex, node.Reads.Count, log);
    }

    /// <summary>Election safety, leader append-only, leader completeness.</summary>
    private string LeaderHolds(CoreNode node, (long Term, long Commit, int Reads, string LeaderLog) last)
    {
        var self = (node.Id, node.Options.Incarnation);
        if (!_leaders.TryAdd(node.Term, self)) Check(_leaders[node.Term] == self, $"two leaders in term {node.Term}");
        Check(node.State.Term == node.Term && node.State.Vote == node.Id && node.State.Proven, $"{node.Id} leads what is not durable");
        foreach (var (index, (entry, knownInTerm)) in _committed)
            if (knownInTerm < node.Term)
                Check(
                    index <= node.Core.Log.LastIndex && TextOf(node.Core.Log[index]) == entry,
                    $"leader completeness: {node.Id} leads term {node.Term} without {index}, committed by term {knownInTerm}");
        var log = string.Join(' ', node.LogTerms);
        if (last.Term == node.Term) Check(log.StartsWith(last.LeaderLog, StringComparison.Ordinal), $"leader {node.Id} overwrote its log");
        return log;
    }

    private void CommitsAgree(CoreNode node, long from)
    {
        for (var index = from + 1; index <= node.CommitIndex; index++)
        {
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
            entry.Index <= node.Entries.Count && TextOf(node.Entries[(int)entry.Index - 1]) == TextOf(entry),
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
        if (reply.MatchIndex > node.Entries.Count) return false;
        var leader = _cluster[(int)reply.To.Value];
        if (leader.Role != Role.Leader || leader.Term != reply.Term || reply.MatchIndex == 0) return true;
        return leader.Core.Log.TermAt(reply.MatchIndex) == node.Entries[(int)reply.MatchIndex - 1].Term;
    }
}
