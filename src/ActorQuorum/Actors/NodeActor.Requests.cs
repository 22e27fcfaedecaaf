using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <content>The way of a request: to this node's core, to the leader, or to the state; and its one answer.</content>
internal sealed partial class NodeActor
{
    private void Take(Request request)
    {
        if (_farewell is { } farewell)
        {
            request.ReplyTo.Fail(farewell.Error, farewell.Text);
            return;
        }

        if (request.Kind == RequestKind.Command && Objection is not null)
        {
            if (Objection(request.Payload, out var processor) is { } objection)
            {
                request.ReplyTo.Answer(objection);
                return;
            }

            request.Processor = processor;
        }

        _pending.Add(request, context.Now);
        Route(request);
    }

    /// <summary>Sends a request to where it can be answered; without a leader it waits for one, up to its deadline.</summary>
    private void Route(Request request)
    {
        if (request.Kind == RequestKind.Query && request.Consistency == Consistency.Serializable)
        {
            tally.SerializableReads++;
            request.Stage = RequestStage.InStorage;
            context.Storage.Tell(new ViewWanted(0, [request.Id]));
        }
        else if (view.Core.Leader == self)
        {
            RouteToCore(request);
        }
        else if (request.IsForwarded)
        {
            Fail(request, QuorumError.NoLeader, "this member does not lead");
        }
        else if (view.IsDetached)
        {
            Fail(request, QuorumError.NotAMember, $"{view.NameOf(self)} was detached from its cluster: ask a member, or add it again");
        }
        else if (view.Core.Leader.IsNone || !transport.Send(view.Core.Leader, ForwardOf(request)))
        {
            _pending.Wait(request);
        }
        else
        {
            tally.Forwarded++;
            request.Stage = RequestStage.Forwarded;
            request.ForwardedTo = view.Core.Leader;
        }
    }

    private void RouteToCore(Request request)
    {
        if (request.Kind == RequestKind.Command && view.IsDiskNearlyFull)
        {
            Fail(request, QuorumError.DiskNearlyFull, "the leader's disk is nearly full; free space on it, then writes go on by themselves");
            return;
        }

        if (request.Kind == RequestKind.Change)
        {
            AskForChange(request);
            return;
        }

        if (!MayBeLogged(request)) return;
        if (request.Kind == RequestKind.Command) tally.Proposals++;
        else tally.LinearizableReads++;
        request.Stage = RequestStage.InCore;
        context.Election.Tell(request.Kind == RequestKind.Command
            ? new(new Propose(request.Id, request.Payload))
            : new(new Read(request.Id)));
    }

    private Forward ForwardOf(Request request) =>
        new(request.Id, request.Kind, request.Kind == RequestKind.Query ? default : request.Payload, request.Deadline - context.Now);

    private void OnRefused(Refused refused)
    {
        if (_pending.Find(refused.RequestId) is not { } request) return;
        if (refused.IsOverloaded) Fail(request, QuorumError.Overloaded, "overloaded: the leader waits for a majority to store what it has; repeat later");
        else PutBack(request);
    }

    /// <summary>Nothing was done for the request: it waits for the next leader, or goes back to the follower that passed it on.</summary>
    private void PutBack(Request request)
    {
        if (request.IsForwarded) Fail(request, QuorumError.NoLeader, "this member does not lead any more");
        else _pending.Wait(request);
    }

    private void RouteWaiting()
    {
        foreach (var request in _pending.TakeWaiting()) Route(request);
    }

    /// <summary>Dissertation §6.4: a follower that was told the read index answers from its own state; the leader ships no data.</summary>
    private void FetchView(ReadReady ready)
    {
        var isOwnAmongThem = false;
        foreach (var id in ready.RequestIds)
        {
            if (_pending.Find(id) is not { } request) continue;
            if (request.ReplyTo is ReplyToPeer follower)
            {
                if (_pending.Remove(request)) follower.ReadAt(ready.Index);
                continue;
            }

            request.Stage = RequestStage.InStorage;
            isOwnAmongThem = true;
        }

        if (isOwnAmongThem) context.Storage.Tell(new ViewWanted(ready.Index, ready.RequestIds));
    }

    private void OnViewReady(ViewReady ready)
    {
        foreach (var id in ready.RequestIds)
            if (_pending.Find(id) is { } request && _pending.Remove(request))
                request.ReplyTo.Show(ready.View);
    }

    private void OnCommandsApplied(ImmutableArray<Entry> entries, ImmutableArray<CommandResult?> results)
    {
        for (var i = results.Length - 1; i >= 0; i--)
        {
            if (results[i] is not { } last) continue;
            view.Revision = last.Revision;
            break;
        }

        // A replaced entry can never be committed (log matching): the command is certainly not applied, so asking again is safe.
        foreach (var request in _pending.Applied(entries, results, tally.ProposalSeconds, context))
            PutBack(request);
        if (!view.Core.Leader.IsNone) RouteWaiting();
    }

    private void TakeForwarded(MemberId from, Forward forward)
    {
        tally.ReceivedForwarded++;
        var reply = new ReplyToPeer(transport, from, forward);
        if (_pending.IsFull) reply.Fail(QuorumError.Overloaded, $"overloaded: {_pending.Count} requests wait on the leader; repeat later");
        else Take(new(forward.Kind, Consistency.Linearizable, forward.Payload, forward.Patience, reply) { IsForwarded = true });
    }

    private void OnForwardReply(MemberId from, ForwardReply reply)
    {
        if (_pending.Find(reply.RequestId) is not { Stage: RequestStage.Forwarded } request || request.ForwardedTo != from) return;
        if (reply.Result is { } result)
        {
            if (_pending.Remove(request)) request.ReplyTo.Answer(result);
        }
        else if (reply.ReadIndex > 0)
        {
            request.Stage = RequestStage.InStorage;
            context.Storage.Tell(new ViewWanted(reply.ReadIndex, [request.Id]));
        }
        else if (reply.Error == QuorumError.NoLeader)
        {
            _pending.Wait(request);
        }
        else
        {
            Fail(request, reply.Error ?? QuorumError.OutcomeUnknown, reply.Detail ?? "the leader gave no reason");
        }
    }

    /// <summary>What was sent and not answered may have arrived: a query is asked again, a command's outcome is unknown.</summary>
    private void OnPeerLost(MemberId peer)
    {
        if (tally.Of(peer) is { } counted) counted.Lost++;
        context.Election.Tell(new(new Unreachable(peer)));
        if (view.Core.Leader == self) Census?.Lost(peer, context.Now);
        foreach (var request in _pending.ForwardedTo(peer))
        {
            if (request.Kind == RequestKind.Query) _pending.Wait(request);
            else Fail(request, QuorumError.OutcomeUnknown, $"the connection to the leader {view.NameOf(peer)} was lost before it answered");
        }
    }

    private void GiveUp(Request request)
    {
        var patience = $"{request.Patience.TotalSeconds:0.###} s";
        if (WhyPutAside(request) is { } reason)
            Fail(request, QuorumError.UnknownProcessor, reason);
        else if (request.Stage == RequestStage.Waiting && !view.Core.Leader.IsNone && view.Core.Leader != self)
            Fail(request, QuorumError.LeaderUnreachable, $"the leader {view.NameOf(view.Core.Leader)} was not reached within {patience}; look at the network between this node and it");
        else if (request.Stage == RequestStage.Waiting)
            Fail(request, QuorumError.NoLeader, $"no leader was reached within {patience}; is a majority of the members up and connected?");
        else if (request.Kind == RequestKind.Query)
            Fail(request, QuorumError.TimedOut, $"no answer within {patience}; the query is safe to repeat");
        else
            Fail(request, QuorumError.OutcomeUnknown, $"no answer within {patience}; the command may or may not take effect: read before repeating it");
    }

    private void Fail(Request request, QuorumError error, string message)
    {
        if (!_pending.Remove(request)) return;
        tally.Failed(error);
        request.ReplyTo.Fail(error, message);
    }
}
