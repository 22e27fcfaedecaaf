using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>Answers a request that a follower passed on. A reply that cannot be sent is lost with its connection, which the follower notices.</summary>
internal sealed class ReplyToPeer(IPeerTransport transport, IActorHost host, MemberId follower, Forward forward) : IReplyTo
{
    public void Answer(CommandResult result)
    {
        if (!Send(new(forward.RequestId, result, null, null))) SayTooLarge(result);
    }

    public void Show(IStateView view) => host.RunAside(() => Answer(view.Query(forward.Payload)));

    public void Fail(QuorumError error, string message) => Send(new(forward.RequestId, null, error, message));

    private bool Send(ForwardReply reply) => transport.Send(follower, reply);

    /// <summary>An answer over the frame size, or the queue's: the follower must not wait for it in vain.</summary>
    private void SayTooLarge(CommandResult result)
    {
        var what = $"the leader's answer of {result.Payload.Length} bytes does not fit between the nodes; ask the leader itself, or for less";
        if (forward.Kind == RequestKind.Query) Fail(QuorumError.TooLarge, what);
        else Fail(QuorumError.OutcomeUnknown, $"the command was applied, but {what}");
    }
}
