using System.Diagnostics;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>Answers a request that a follower passed on. A reply that cannot be sent is lost with its connection, which the follower notices.</summary>
internal sealed class ReplyToPeer(IPeerTransport transport, MemberId follower, Forward forward) : IReplyTo
{
    public void Answer(CommandResult result)
    {
        if (!transport.Send(follower, new ForwardReply(forward.RequestId, result, null, null))) SayTooLarge(result);
    }

    public void Show(IStateView view) => throw new UnreachableException("a follower answers its queries from its own state");

    public void Fail(QuorumError error, string message) => transport.Send(follower, new ForwardReply(forward.RequestId, null, error, message));

    /// <summary>The follower may answer its query from a state that has applied this much.</summary>
    public void ReadAt(long index) => transport.Send(follower, new ForwardReply(forward.RequestId, null, null, null, index));

    /// <summary>An answer over the frame size, or the queue's: the follower must not wait for it in vain.</summary>
    private void SayTooLarge(CommandResult result) => Fail(
        QuorumError.OutcomeUnknown,
        $"the command was applied, but the leader's answer of {result.Payload.Length} bytes does not fit between the nodes; ask the leader itself, or for less");
}
