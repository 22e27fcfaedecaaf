using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <content>What passes here of the constant election.</content>
internal sealed partial class NodeActor
{
    private void OnVoting(VotingNodeMessage message)
    {
        switch (message)
        {
            case VotingTurn turn: OnVotingTurn(turn); break;
            case NodeMet met: OnMet(met); break;
            case DispatchNode: context.Election.Tell(new(null, Voting: Dispatch.Instance)); break;
            default: throw new InvalidOperationException($"unknown node message {message.GetType().Name}");
        }
    }

    /// <summary>In the order of the effects: whoever acted as master stops before a word of it leaves.</summary>
    private void OnVotingTurn(VotingTurn turn)
    {
        var (shown, log) = (voting!.View, voting.Log);
        shown.See(turn.Sight);
        foreach (var change in turn.RoleChanges)
        {
            log.Write(change);
            shown.Announce(change);
        }

        foreach (var member in turn.Connect) transport.Connect(member.Id, PeerContact.AddressOf(member));
        foreach (var message in turn.Messages) transport.Send(message.To, new Ballot(message));
        foreach (var member in turn.Disconnect) transport.LetGo(member);
        foreach (var happened in turn.Events)
        {
            shown.See(happened);
            log.Write(happened);
            if (happened is MemberLost) voting.Rhythm.Hurry(context.Now);
        }

        if (turn.Stop is not { } stop) return;
        log.Write(stop);
        voting.Stopped(stop);
    }

    private void OnMet(NodeMet met)
    {
        if (met.IsByDatagram) voting!.Discovery?.Handled();
        context.Election.Tell(new(null, Voting: new Met(met.Member)));
    }

    /// <summary>A node of one protocol is deaf to the other: the cluster's number already keeps them apart.</summary>
    private void OnBallot(PeerMessage message, IInboundCredit? credit)
    {
        if (voting is not null && message is Ballot(var heard)) context.Election.Tell(new(null, credit, new Heard(heard)));
        else credit?.Release();
    }

    private void AnnounceInTime()
    {
        if (voting is { Discovery: { } discovery } && voting.Rhythm.IsDue(context.Now, voting.View.HasMet)) discovery.Announce();
    }
}
