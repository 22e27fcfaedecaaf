using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// Raft figure 2: what a leader takes for replicated on a follower is durable there and the same, as the follower's disk tells; of disks that
/// follow a later term, or were lost, this leader cannot know.
/// </summary>
internal sealed class ProgressIsTrue(IReadOnlyList<SimulatedNode> nodes) : ClusterInvariant
{
    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        if (node.Core.Role != Role.Leader) return;
        foreach (var follower in node.Core.Followers)
        {
            if (follower.MatchIndex == 0 || nodes.FirstOrDefault(other => other.Id == follower.Id) is not { Witness: { } disk } other) continue;
            if (other.Incarnation != follower.Incarnation || disk.State.Term > node.Core.Term) continue;
            var log = node.Core.Log;
            if (follower.MatchIndex <= Math.Max(log.BaseIndex, other.SnapshotIndex))
            {
                // Committed, and so the same everywhere: it is only to be there.
                Demand(
                    follower.MatchIndex <= other.DurableIndex,
                    $"{node.Name} takes entry {follower.MatchIndex} for replicated on {other.Name}, whose disk ends at {other.DurableIndex}");
                continue;
            }

            Demand(
                disk.Holds(follower.MatchIndex, node.Core.Log.TermAt(follower.MatchIndex)),
                $"{node.Name} takes entry {follower.MatchIndex} for replicated on {other.Name}, whose disk does not hold it");
        }
    }
}
