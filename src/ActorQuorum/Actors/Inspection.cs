using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>
/// One look into a node. It passes from actor to actor, each writes what it holds, and the last one answers: no state is shared, and a node
/// that nobody looks into does nothing for it.
/// </summary>
internal sealed class Inspection(NodeContext context, NodeView view, IPeerTransport transport, Action<NodeInspection> answer)
{
    private readonly List<QueueLength> _queues = [];
    private NodeInspection? _seen;

    /// <summary>What waits in the mailboxes, before this look adds to them.</summary>
    public void Begin()
    {
        Note("mailbox node", context.Node.Waiting);
        Note("mailbox clock", context.Clock.Waiting);
        Note("mailbox election", context.Election.Waiting);
        Note("mailbox storage", context.Storage.Waiting);
        context.Node.Tell(new InspectNode(this));
    }

    /// <summary>The NodeActor's part.</summary>
    public void See(PendingRequests pending)
    {
        _queues.Add(new("requests pending", pending.Count, pending.MostRequests));
        _queues.Add(new("requests leaderless", pending.WaitingCount, pending.MostRequests));
        context.Election.Tell(new(new InspectElection(this)));
    }

    /// <summary>The ElectionActor's part.</summary>
    public void See(RaftCore core, TimeSpan now)
    {
        var status = view.Status with
        {
            Role = core.Role, Term = core.Term, Leader = core.Leader, LastIndex = core.Log.LastIndex,
            CommitIndex = core.CommitIndex, AppliedIndex = core.AppliedIndex, IsProven = core.IsProven,
        };
        _seen = new()
        {
            Status = status,
            Vote = core.Vote,
            FirstIndex = core.Log.FirstIndex,
            LastTerm = core.Log.LastTerm,
            DurableIndex = core.Log.DurableIndex,
            Followers =
            [
                .. core.Followers.Select(follower => new FollowerProgress(
                    follower.Id, follower.MatchIndex, follower.NextIndex, follower.IsProbing, follower.IsProven, follower.UnderWay,
                    now - follower.LastHeard)),
            ],
            Peers = [.. status.Members.Where(member => member.Id != core.Self).Select(member => transport.Look(member.Id))],
        };
        context.Storage.Tell(new InspectStorage(this));
    }

    /// <summary>The StorageActor's part, the last.</summary>
    public void See(int gathering, int writing, int waitingReads)
    {
        _queues.Add(new("disk gathering", gathering, null));
        _queues.Add(new("disk writing", writing, null));
        _queues.Add(new("reads behind apply", waitingReads, null));
        answer(_seen! with { Queues = _queues });
    }

    /// <summary>A host that does not count its mailboxes leaves them out.</summary>
    private void Note(string mailbox, int? waiting)
    {
        if (waiting is { } length) _queues.Add(new(mailbox, length, null));
    }
}

/// <summary>Someone looks into the node.</summary>
internal sealed record InspectNode(Inspection Inspection) : NodeMessage;

/// <summary>Someone looks into the node: the ElectionActor's turn. It is not for the core, which never sees it.</summary>
internal sealed record InspectElection(Inspection Inspection) : RaftInput;

/// <summary>Someone looks into the node: the StorageActor's turn.</summary>
internal sealed record InspectStorage(Inspection Inspection) : StorageMessage;
