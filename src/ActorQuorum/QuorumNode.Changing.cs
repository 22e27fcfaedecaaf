using ActorQuorum.Core.Raft;

namespace ActorQuorum;

/// <content>A change of the members on its way to the leader. The wiring through the actors takes this method's place.</content>
public sealed partial class QuorumNode
{
    private Task<IReadOnlyList<MemberInfo>> ChangeAsync(MembershipChange change, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromException<IReadOnlyList<MemberInfo>>(
            Refused(QuorumError.Refused, $"the members of this node's cluster do not change yet ({change.GetType().Name})"));
    }
}
