using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>What is committed for the first time is durable on a majority of the disks, as the disks' own witness tells, not the nodes.</summary>
internal sealed class CommittedIsDurable(IReadOnlyList<SimulatedNode> nodes) : ClusterInvariant
{
    private readonly List<(Entry Entry, long InTerm)> _committed = [];

    /// <summary>Every entry that was ever committed, from index 1, and the term in which it was.</summary>
    public IReadOnlyList<(Entry Entry, long InTerm)> Entries => _committed;

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        while (_committed.Count < node.Core.CommitIndex)
        {
            var entry = node.Core.Log[_committed.Count + 1];
            var holders = nodes.Count(other => other.Witness?.Holds(entry.Index, entry.Term) == true);
            Demand(
                holders * 2 > nodes.Count,
                $"{node.Name} commits entry {entry.Index} of term {entry.Term}, which is durable on {holders} of {nodes.Count} disks");
            _committed.Add((entry, node.Core.Term));
        }
    }
}
