using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// A node whose disk was lost, or reset, begins as one that never ran: no term, no vote, no entry, and a later incarnation, by which its cluster
/// tells it from the one before. Something left of that would be a vote or an acknowledgement that nobody gave.
/// </summary>
internal sealed class LostIsForgotten : ClusterInvariant
{
    private readonly SortedDictionary<int, ulong> _lost = [];

    /// <inheritdoc/>
    public override void Wiped(SimulatedNode node) => _lost[node.Number] = node.Incarnation;

    /// <inheritdoc/>
    public override void Started(SimulatedNode node, DurableState found)
    {
        if (!_lost.Remove(node.Number, out var before)) return;
        Demand(node.Incarnation > before, $"{node.Name} lost its disk and comes back as incarnation {node.Incarnation}, it was {before}");
        var (state, last) = (found.State, Math.Max(found.Snapshot.Index, found.Base.Index + found.Entries.Count));
        Demand(
            state.Term == 0 && state.Vote.IsNone && !state.Proven && last == 0,
            $"{node.Name} lost its disk and comes back with term {state.Term}, a vote for {state.Vote}, proven {state.Proven} and {last} entries");
    }
}
