using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>
/// The node's address: all that enters or leaves a node passes here. Routes the core's messages, sends requests where they can be answered
/// (this node's core, or the leader), and answers each exactly once.
/// </summary>
internal sealed partial class NodeActor(
    NodeContext context, MemberId self, IPeerTransport transport, NodeView view, RoleLog roles, PendingRequests pending,
    NodeTally tally, VotingPart? voting = null)
    : IActor<NodeMessage>
{
    private readonly PendingRequests _pending = pending;
    /// <summary>Why a command must not get into the log; null for a machine that takes all.</summary>
    public CommandObjection? Objection { get; init; }

    private Farewell? _farewell;
    private long _ledTerm;

    public void Receive(NodeMessage message)
    {
        switch (message)
        {
            case ElectionTurn turn: OnElectionTurn(turn); break;
            case FromPeer(var from, var peerMessage, var credit): OnPeerMessage(from, peerMessage, credit); break;
            case BatchOnDisk batch: OnBatchOnDisk(batch); break;
            case DiskCondition(var isNearlyFull): view.IsDiskNearlyFull = isNearlyFull; break;
            case CommandsApplied(var entries, var results): OnCommandsApplied(entries, results); break;
            case ViewReady ready: OnViewReady(ready); break;
            case StateInstalled installed: OnStateInstalled(installed); break;
            case ClientRequest(var request): Take(request); break;
            case ClientGone(var request): _pending.Remove(request); break;
            case NodeTick: OnTick(); break;
            case PeerLost(var peer): OnPeerLost(peer); break;
            case InspectNode(var inspection): inspection.See(_pending); break;
            case HandOverLeadership: context.Election.Tell(new(HandOver.Instance)); break;
            case CallerLetIn(var caller, var address): transport.Connect(caller, address); break;
            case VotingNodeMessage ofVoting: OnVoting(ofVoting); break;
            case StopNode(var stopped, var farewell): Stop(stopped, farewell); break;
            default: throw new InvalidOperationException($"unknown node message {message.GetType().Name}");
        }
    }

    public void EndTurn()
    {
    }

    private void OnElectionTurn(ElectionTurn turn)
    {
        var before = view.Core;
        Count(turn.Status);
        view.Core = turn.Status;
        if (turn.Membership?.Configuration is { } configuration) Follow(configuration);
        BeginCensus(before, turn.Status);
        Send(turn.Messages);
        foreach (var change in turn.RoleChanges)
        {
            roles.Write(change);
            tally.Changed(change);
            view.Announce(change);
        }

        foreach (var accepted in turn.Accepted) _pending.Logged(accepted);
        foreach (var refused in turn.Refused) OnRefused(refused);
        if (turn.Membership is { } membership) OnMembershipTurn(membership);
        foreach (var ready in turn.Reads) FetchView(ready);
        if (CanGoOn(turn, before.Leader) || (view.IsDetached && turn.Membership?.Configuration is not null)) RouteWaiting();
    }

    private void Count(CoreStatus status)
    {
        tally.Advanced(status.CommitIndex);
        if (status.Leader.IsNone || status.Term == _ledTerm) return;
        _ledTerm = status.Term;
        tally.LeaderChanges++;
    }

    /// <summary>What this node's own core refused while it leads (it hands over) waits for the tick, or the two would play ball.</summary>
    private bool CanGoOn(ElectionTurn turn, MemberId hadLeader)
    {
        var leader = turn.Status.Leader;
        return !leader.IsNone && (leader != hadLeader || (!turn.Refused.IsEmpty && leader != self));
    }

    private void OnPeerMessage(MemberId from, PeerMessage message, IInboundCredit? credit)
    {
        if (voting is not null || message is Ballot)
        {
            OnBallot(message, credit);
            return;
        }

        if (message is Consensus(var raft))
        {
            if (raft is HeartbeatReply reply) OnHeartbeatAnswered(from, reply);
            context.Election.Tell(new(new Received(raft), credit));
            return;
        }

        if (message is SnapshotMessage snapshot)
        {
            context.Snapshots.Tell(new SnapshotHeard(from, snapshot, credit));
            return;
        }

        credit?.Release();
        switch (message)
        {
            case Forward forward: TakeForwarded(from, forward); break;
            case ForwardReply reply: OnForwardReply(from, reply); break;
            case ProcessorsWanted(var number): transport.Send(from, new ProcessorsTold(number, Census?.Own ?? [])); break;
            case ProcessorsTold told: OnProcessorsTold(from, told); break;
            default: throw new InvalidOperationException($"unknown peer message {message.GetType().Name}");
        }
    }

    private void OnHeartbeatAnswered(MemberId from, HeartbeatReply reply)
    {
        tally.Of(from)?.HeartbeatAnswered(reply.Round, context.Now, tally.RoundTripSeconds);
        if (view.Core.Leader == self) Census?.Heard(from, context.Now);
    }

    private void OnBatchOnDisk(BatchOnDisk batch)
    {
        view.IsDiskNearlyFull = batch.Condition.IsNearlyFull;
        view.LogSizeBytes = batch.LogSizeBytes;
        Send(batch.Messages);
    }

    private void Send(ImmutableArray<RaftMessage> messages)
    {
        foreach (var message in messages)
        {
            var peer = tally.Of(message.To);
            if (message is Heartbeat heartbeat) peer?.HeartbeatSent(heartbeat.Round, context.Now);
            var wasSent = transport.Send(message.To, new Consensus(message));
            peer?.Count(wasSent);
        }
    }

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

    private void OnTick()
    {
        context.Clock.Tell(ClockMessage.NodeTicked);
        if (context.AreSnapshotsBusy) context.Snapshots.Tell(SnapshotTick.Instance);
        AnnounceInTime();

        // No batch tells of the disk while writes are refused.
        if (view.IsDiskNearlyFull) context.Storage.Tell(DiskDoubted.Instance);
        PartInTime();
        foreach (var request in _pending.Overdue(context.Now)) GiveUp(request);
        if (!view.Core.Leader.IsNone) RouteWaiting();
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

    private void Stop(Action stopped, Farewell farewell)
    {
        _farewell = farewell;
        foreach (var request in _pending.All())
        {
            var isUndone = request.Stage == RequestStage.Waiting || request.Kind == RequestKind.Query;
            if (isUndone) Fail(request, farewell.Error, farewell.Text);
            else Fail(request, QuorumError.OutcomeUnknown, farewell.Unanswered);
        }

        stopped();
    }
}
