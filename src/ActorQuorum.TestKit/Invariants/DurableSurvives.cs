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

        // A leader's snapshot that was being installed takes the place of a log that contradicts it.
        if (!before.Holds(found.Snapshot.Index, found.Snapshot.Term)) return;
        var last = before.CertainIndex;
        var lastFound = found.Base.Index + found.Entries.Count;
        Demand(lastFound >= last, $"{node.Name} made {last} entries durable and starts with {lastFound}");
        Demand(found.Snapshot.Index >= found.Base.Index, $"{node.Name} starts with a log behind entry {found.Base.Index}, its snapshot ends at {found.Snapshot.Index}");
        for (var index = found.Base.Index + 1; index <= last; index++)
        {
            var term = found.Entries[(int)(index - found.Base.Index - 1)].Term;
            Demand(before.Holds(index, term), $"{node.Name} starts with an entry {index} of term {term}, which is not the one that it made durable");
        }
    }
}
