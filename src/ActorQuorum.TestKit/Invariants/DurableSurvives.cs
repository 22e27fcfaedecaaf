using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>What was flushed before a crash is found at the next start: term, vote, identity and entries.</summary>
internal sealed class DurableSurvives : ClusterInvariant
{
    /// <inheritdoc/>
    public override void Recovered(SimulatedNode node, WitnessedLog before, DurableState found)
    {
        var (kept, state) = (before.State, found.State);
        Demand(state.Term >= kept.Term, $"{node.Name} made term {kept.Term} durable and starts with term {state.Term}");
        Demand(
            state.Term > kept.Term || kept.Vote.IsNone || state.Vote == kept.Vote,
            $"{node.Name} made its vote for {kept.Vote} in term {kept.Term} durable and starts with one for {state.Vote}");
        Demand(state.Proven || !kept.Proven, $"{node.Name} was proven and is not any more");
        var last = before.CertainIndex;
        Demand(found.Entries.Count >= last, $"{node.Name} made {last} entries durable and starts with {found.Entries.Count}");
        for (var index = 1; index <= last; index++)
        {
            var term = found.Entries[index - 1].Term;
            Demand(before.Holds(index, term), $"{node.Name} starts with an entry {index} of term {term}, which is not the one that it made durable");
        }
    }
}
