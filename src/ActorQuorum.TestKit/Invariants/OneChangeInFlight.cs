using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Raft §6: a leader appends a configuration only when the last is committed, and an entry of its own term is.</summary>
internal sealed class OneChangeInFlight(ReachedCounts reached) : ClusterInvariant
{
    private readonly SortedDictionary<int, long> _seen = [];

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var core = node.Core;
        var last = _seen.GetValueOrDefault(node.Number);
        _seen[node.Number] = core.MembershipIndex;
        var hasLed = core.Role == Role.Leader && before.Role == Role.Leader && before.Term == core.Term;
        if (!hasLed || core.MembershipIndex == last) return;
        reached.Changes++;
        if (last == 0) return;
        Demand(last <= core.CommitIndex, $"{node.Name} changes the members at {core.MembershipIndex}, and the last change at {last} is not committed");
        Demand(
            core.Log.TermAt(core.CommitIndex) == core.Term,
            $"{node.Name} changes the members at {core.MembershipIndex} in term {core.Term}, in which it has committed nothing");
    }

    /// <inheritdoc/>
    public override void Crashed(SimulatedNode node) => _seen.Remove(node.Number);
}
