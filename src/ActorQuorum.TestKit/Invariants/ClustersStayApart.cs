using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>What a cluster decides.</summary>
/// <param name="Committed">All that it ever did, with what it began with.</param>
/// <param name="Begins">How many entries that is; no bound for the cluster that the others left.</param>
internal sealed record Decisions(CommittedIsDurable Committed, int Begins = int.MaxValue);

/// <summary>
/// What one cluster decides never reaches another: once a node went on alone no command stands in both logs at one place, however it got there. That no
/// word passes between the two the network sees to.
/// </summary>
internal sealed class ClustersStayApart(IReadOnlyList<Decisions> all, Decisions own) : ClusterInvariant
{
    private int _looked = own.Committed.Entries.Count;

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        for (; _looked < own.Committed.Entries.Count; _looked++)
        {
            var entry = own.Committed.Entries[_looked].Entry;
            if (entry.Kind != EntryKind.Command) continue;
            foreach (var other in all)
                Demand(other == own || !HasDecided(other, entry), $"{node.Name} commits entry {entry.Index} of term {entry.Term}, which another cluster decided");
        }
    }

    /// <summary>Up to where the one left the other, or both a third, they have all in common.</summary>
    private bool HasDecided(Decisions other, Entry entry)
    {
        if (entry.Index <= Math.Min(own.Begins, other.Begins) || entry.Index > other.Committed.Entries.Count) return false;
        var decided = other.Committed.Entries[(int)entry.Index - 1].Entry;
        return decided.Term == entry.Term && decided.Kind == entry.Kind && decided.Payload.Span.SequenceEqual(entry.Payload.Span);
    }
}
