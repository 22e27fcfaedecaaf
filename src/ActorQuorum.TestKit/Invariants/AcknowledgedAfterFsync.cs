using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>What a message says is on the disk before it leaves (DESIGN "What may leave before the disk"), by the disk's own witness.</summary>
internal sealed class AcknowledgedAfterFsync : ClusterInvariant
{
    /// <inheritdoc/>
    public override void Sent(SimulatedNode node, RaftMessage message)
    {
        var disk = node.Witness!;
        Demand(message.Term <= disk.State.Term, $"{node.Name} sends {message.GetType().Name} of term {message.Term}, its disk knows {disk.State.Term}");
        switch (message)
        {
            // One of an older term tells what was written with what replaced it since; the vote of the newer term was given knowing it.
            case AppendEntriesReply { IsSuccess: true } reply when reply.Term == disk.State.Term:
                Demand(reply.MatchIndex <= node.DurableIndex, $"{node.Name} acknowledges {reply.MatchIndex}, its disk holds {node.DurableIndex}");
                break;
            case RequestVoteReply { IsGranted: true, IsPreVote: false } reply when reply.Term == disk.State.Term:
                Demand(disk.State.Vote == reply.To, $"{node.Name} votes for {reply.To} in term {reply.Term}, its disk says {disk.State.Vote}");
                break;
            case RequestVote { IsPreVote: false } request when request.Term == disk.State.Term:
                Demand(disk.State.Vote == node.Id, $"{node.Name} asks for votes in term {request.Term}, its disk says it voted for {disk.State.Vote}");
                break;
        }
    }
}
