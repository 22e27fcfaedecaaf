using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// What is committed for the first time is durable on a majority of the voters' disks, of both configurations while two are in force, as the disks' own witness tells, not the nodes. A disk that was
/// lost counts until its node is proven again: its acknowledgement may still have been under way, and until then the node helps to elect nobody.
/// </summary>
internal sealed class CommittedIsDurable(IReadOnlyList<SimulatedNode> nodes, IReadOnlyList<(Entry Entry, long InTerm)> history) : ClusterInvariant
{
    private readonly List<(Entry Entry, long InTerm)> _committed = [.. history];
    private readonly SortedDictionary<int, WitnessedLog> _lost = [];

    /// <summary>Every entry that was ever committed, from index 1, and the term in which it was.</summary>
    public IReadOnlyList<(Entry Entry, long InTerm)> Entries => _committed;

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        while (_committed.Count < node.Core.CommitIndex)
        {
            Demand(
                node.Core.Log.FirstIndex <= _committed.Count + 1,
                $"{node.Name} has a snapshot up to entry {node.Core.Log.BaseIndex}, committed is {_committed.Count}");
            var entry = node.Core.Log[_committed.Count + 1];
            SortedSet<MemberId> holders = [.. nodes.Where(other => Holds(other, entry)).Select(other => other.Id)];

            // Counted by the configuration that was in force before this step: the next one may have been appended because of this commit.
            var membership = node.Core.MembershipAt(before == default ? node.Core.Log.LastIndex : before.LastIndex);
            Demand(
                Majority.Of(membership, holders.Contains),
                $"{node.Name} commits entry {entry.Index} of term {entry.Term}, which is durable on {holders.Count} disks, no majority of {Majority.Text(membership)}");
            _committed.Add((entry, node.Core.Term));
        }
    }

    /// <inheritdoc/>
    public override void Wiped(SimulatedNode node)
    {
        if (node.Witness is { } disk) _lost[node.Number] = disk;
    }

    private bool Holds(SimulatedNode node, Entry entry)
    {
        if (node.Witness?.Holds(entry.Index, entry.Term) == true) return true;
        var isProven = node.Witness?.State.Proven == true;
        return !isProven && _lost.TryGetValue(node.Number, out var disk) && disk.Holds(entry.Index, entry.Term);
    }
}
