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
