using ActorQuorum.Core;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>What Raft guarantees at all times (Raft figure 3), checked after every step of a simulated cluster.</summary>
internal sealed class ClusterInvariants(SimulatedCluster cluster)
{
    private readonly SortedDictionary<long, string> _leaders = [];
    private readonly SortedDictionary<string, Seen> _seen = [];
    private readonly SortedSet<string> _mayStop = [];
    private readonly List<Entry> _committed = [];

    /// <summary>A test makes this node stop itself.</summary>
    public void MayStop(SimulatedNode node) => _mayStop.Add(node.Name);

    /// <summary>How many terms had a leader.</summary>
    public int Elections => _leaders.Count;

    /// <summary>How many entries were ever committed.</summary>
    public int Committed => _committed.Count;

    /// <summary>Checks all.</summary>
    public void Check()
    {
        foreach (var node in cluster.Nodes)
        {
            if (node.Failure is { } failure && !_mayStop.Contains(node.Name)) throw new InvariantViolationException($"{node.Name} stopped itself: {failure}");
            if (!node.IsRunning) continue;
            var seen = _seen.GetValueOrDefault(node.Name);
            CheckElectionSafety(node);
            CheckMonotonic(node, seen);
            CheckStateMachineSafety(node, seen.Commit);
            CheckLeaderCompleteness(node, seen);
            _seen[node.Name] = new(node.Core.Term, node.Core.CommitIndex, node.Core.AppliedIndex, node.Core.Role);
        }
    }

    /// <summary>A node that crashed begins anew: only its term is persistent.</summary>
    public void Crashed(SimulatedNode node) => _seen[node.Name] = new(_seen.GetValueOrDefault(node.Name).Term, 0, 0, Role.Follower);

    /// <summary>A node whose disk was lost has forgotten its term, too.</summary>
    public void Wiped(SimulatedNode node) => _seen.Remove(node.Name);

    /// <summary>Election safety: at most one leader a term.</summary>
    private void CheckElectionSafety(SimulatedNode node)
    {
        if (node.Core.Role != Role.Leader) return;
        if (_leaders.TryAdd(node.Core.Term, node.Name)) return;
        var first = _leaders[node.Core.Term];
        Invariant.Check(first == node.Name, $"{first} and {node.Name} both lead term {node.Core.Term}");
    }

    private static void CheckMonotonic(SimulatedNode node, Seen seen)
    {
        Invariant.Check(node.Core.Term >= seen.Term, $"{node.Name} falls from term {seen.Term} to {node.Core.Term}");
        Invariant.Check(node.Core.CommitIndex >= seen.Commit, $"{node.Name} falls from commit index {seen.Commit} to {node.Core.CommitIndex}");
        Invariant.Check(node.Core.AppliedIndex >= seen.Applied, $"{node.Name} falls from applied index {seen.Applied} to {node.Core.AppliedIndex}");
        Invariant.Check(node.Core.AppliedIndex <= node.Core.CommitIndex, $"{node.Name} applied {node.Core.AppliedIndex} beyond commit index {node.Core.CommitIndex}");
    }

    /// <summary>State machine safety: no two nodes ever have different entries committed at one index.</summary>
    private void CheckStateMachineSafety(SimulatedNode node, long from)
    {
        for (var index = from + 1; index <= node.Core.CommitIndex; index++)
        {
            var entry = node.Core.Log[index];
            if (index > _committed.Count)
            {
                Invariant.Check(index == _committed.Count + 1, $"{node.Name} commits {index}, {_committed.Count} entries are known as committed");
                _committed.Add(entry);
                continue;
            }

            var known = _committed[(int)index - 1];
            Invariant.Check(
                known.Term == entry.Term && known.Payload.Span.SequenceEqual(entry.Payload.Span),
                $"{node.Name} commits term {entry.Term} at {index}, where term {known.Term} was committed before");
        }
    }

    /// <summary>Leader completeness: a new leader holds every entry that was ever committed.</summary>
    private void CheckLeaderCompleteness(SimulatedNode node, Seen seen)
    {
        if (node.Core.Role != Role.Leader || (seen.Role == Role.Leader && seen.Term == node.Core.Term)) return;
        foreach (var entry in _committed)
            Invariant.Check(
                node.Core.Log.Matches(entry.Index, entry.Term),
                $"{node.Name} leads term {node.Core.Term} without entry {entry.Index} of term {entry.Term}, which was committed");
    }

    private readonly record struct Seen(long Term, long Commit, long Applied, Role Role);
}
