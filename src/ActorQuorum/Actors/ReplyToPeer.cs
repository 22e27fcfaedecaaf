using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>Answers a request that a follower passed on. A reply that cannot be sent is lost with its connection, which the follower notices.</summary>
internal sealed class ReplyToPeer(IPeerTransport transport, IActorHost host, MemberId follower, Forward forward) : IReplyTo
{
    public void Answer(CommandResult result) => Send(new(forward.RequestId, result, null, null));

    public void Show(IStateView view) => host.RunAside(() => Answer(view.Query(forward.Payload)));

    public void Fail(QuorumError error, string message) => Send(new(forward.RequestId, null, error, message));

    private void Send(ForwardReply reply) => transport.Send(follower, reply);
}
