using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Term, commit index and applied index never fall; a restart forgets the last two, a lost disk all three.</summary>
internal sealed class Monotonic : ClusterInvariant
{
    private readonly SortedDictionary<int, long> _terms = [];

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var core = node.Core;
        var term = Math.Max(before.Term, _terms.GetValueOrDefault(node.Number));
        Demand(core.Term >= term, $"{node.Name} falls from term {term} to {core.Term}");
        Demand(core.CommitIndex >= before.CommitIndex, $"{node.Name} falls from commit index {before.CommitIndex} to {core.CommitIndex}");
        Demand(core.AppliedIndex >= before.AppliedIndex, $"{node.Name} falls from applied index {before.AppliedIndex} to {core.AppliedIndex}");
    }

    /// <inheritdoc/>
    public override void Crashed(SimulatedNode node)
    {
        // What the disk was told to keep is what may not fall.
        if (node.IsDurable && node.Witness is { } disk) _terms[node.Number] = disk.State.Term;
    }

    /// <inheritdoc/>
    public override void Wiped(SimulatedNode node) => _terms.Remove(node.Number);
}
