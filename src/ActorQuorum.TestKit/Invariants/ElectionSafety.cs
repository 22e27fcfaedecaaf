using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Election safety (Raft figure 3): no two nodes lead in one term, however far apart in time.</summary>
internal sealed class ElectionSafety : ClusterInvariant
{
    private readonly SortedDictionary<long, string> _leaders = [];

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        if (node.Core.Role != Role.Leader || _leaders.TryAdd(node.Core.Term, node.Name)) return;
        var first = _leaders[node.Core.Term];
        Demand(first == node.Name, $"{first} and {node.Name} both lead term {node.Core.Term}");
    }
}
