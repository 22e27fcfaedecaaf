using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Leader completeness (Raft figure 3, §5.4.3): a leader holds every entry that was committed in an earlier term.</summary>
internal sealed class LeaderCompleteness(CommittedIsDurable committed) : ClusterInvariant
{
    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var core = node.Core;
        if (core.Role != Role.Leader || (before.Role == Role.Leader && before.Term == core.Term)) return;
        foreach (var (entry, inTerm) in committed.Entries)
            Demand(
                inTerm >= core.Term || core.Log.Matches(entry.Index, entry.Term),
                $"{node.Name} leads term {core.Term} without entry {entry.Index} of term {entry.Term}, which was committed in term {inTerm}");
    }
}
