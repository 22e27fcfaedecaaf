using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Raft §5.4.2: a leader commits by counting only up to an entry of its own term; earlier entries on a majority can still be replaced (figure 8).</summary>
internal sealed class CommittedByOwnTerm : ClusterInvariant
{
    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var core = node.Core;
        var hasLed = core.Role == Role.Leader && before.Role == Role.Leader && before.Term == core.Term;
        if (!hasLed || core.CommitIndex == before.CommitIndex) return;
        var term = core.Log.TermAt(core.CommitIndex);
        Demand(term == core.Term, $"{node.Name} leads term {core.Term} and commits up to entry {core.CommitIndex} of term {term}");
    }
}
