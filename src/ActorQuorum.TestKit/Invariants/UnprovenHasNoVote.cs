using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>A member whose data directory the cluster does not know yet (docs/deviations.md) neither votes nor says that it counts.</summary>
internal sealed class UnprovenHasNoVote : ClusterInvariant
{
    /// <inheritdoc/>
    public override void Sent(SimulatedNode node, RaftMessage message)
    {
        if (node.Witness!.State.Proven) return;
        var speaks = message is RequestVoteReply { IsGranted: true } or RequestVote or AppendEntriesReply { IsProven: true } or HeartbeatReply { IsProven: true };
        Demand(!speaks, $"{node.Name} sends {message.GetType().Name} as one that counts, and its disk does not say that it is proven");
    }
}
