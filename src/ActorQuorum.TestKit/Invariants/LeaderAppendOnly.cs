using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Leader append-only (Raft figure 3): a leader never overwrites or deletes entries of its own log.</summary>
internal sealed class LeaderAppendOnly : ClusterInvariant
{
    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var core = node.Core;
        if (core.Role != Role.Leader || before.Role != Role.Leader || before.Term != core.Term) return;
        Demand(
            core.Log.Generation == before.Generation && core.Log.LastIndex >= before.LastIndex,
            $"{node.Name} leads term {core.Term} and its log went from {before.LastIndex} to {core.Log.LastIndex}, generation {core.Log.Generation}");
    }
}
