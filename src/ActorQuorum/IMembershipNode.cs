using ActorQuorum.Core.Raft;

namespace ActorQuorum;

/// <summary>A member that is to be added.</summary>
/// <param name="Name">Its name; empty if it is not known yet: the node brings it when it starts.</param>
/// <param name="PeerAddress">host:port where the other members will reach it.</param>
/// <param name="ClientAddress">host:port where clients will reach it; empty if it is not known yet.</param>
public sealed record NewMember(string Name, string PeerAddress, string ClientAddress = "");

/// <summary>
/// A node that can be asked to change its cluster's members (docs/membership.md). One change at a time, by joint consensus; a follower passes
/// it to the leader. Each method answers once the change is committed, with all members, or ends in a <see cref="QuorumException"/>.
/// </summary>
public interface IMembershipNode
{
    /// <summary>
    /// Adds members that become voters, all at once, as soon as all of them have caught up. Answers once they are learners: start their
    /// processes then. If they do not catch up in time they stay learners.
    /// </summary>
    /// <param name="newcomers">Who is added.</param>
    /// <param name="patience">How long they may take to catch up; from a millisecond to a year; null for ten minutes.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still take effect.</param>
    /// <returns>All members.</returns>
    /// <exception cref="QuorumException">The change was not made, or its outcome is unknown: see its <see cref="QuorumException.Error"/>.</exception>
    Task<IReadOnlyList<MemberInfo>> AttachAsync(
        IReadOnlyCollection<NewMember> newcomers, TimeSpan? patience = null, CancellationToken cancellationToken = default);

    /// <summary>Adds members that follow without a vote until somebody promotes them.</summary>
    /// <param name="newcomers">Who is added.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still take effect.</param>
    /// <returns>All members.</returns>
    /// <exception cref="QuorumException">The change was not made, or its outcome is unknown: see its <see cref="QuorumException.Error"/>.</exception>
    Task<IReadOnlyList<MemberInfo>> AttachLearnersAsync(IReadOnlyCollection<NewMember> newcomers, CancellationToken cancellationToken = default);

    /// <summary>Makes voters of learners that have caught up.</summary>
    /// <param name="members">Which.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still take effect.</param>
    /// <returns>All members.</returns>
    /// <exception cref="QuorumException">The change was not made, or its outcome is unknown: see its <see cref="QuorumException.Error"/>.</exception>
    Task<IReadOnlyList<MemberInfo>> PromoteAsync(IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default);

    /// <summary>Removes members, all at once. Their processes go on, without a part in the cluster, until somebody stops them.</summary>
    /// <param name="members">Which.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still take effect.</param>
    /// <returns>All members that are left.</returns>
    /// <exception cref="QuorumException">The change was not made, or its outcome is unknown: see its <see cref="QuorumException.Error"/>.</exception>
    Task<IReadOnlyList<MemberInfo>> DetachAsync(IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default);

    /// <summary>Writes down another name or address of a member.</summary>
    /// <param name="member">Which.</param>
    /// <param name="contact">What is to stand; what is empty stays as it was.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still take effect.</param>
    /// <returns>All members.</returns>
    /// <exception cref="QuorumException">The change was not made, or its outcome is unknown: see its <see cref="QuorumException.Error"/>.</exception>
    Task<IReadOnlyList<MemberInfo>> UpdateAsync(MemberId member, NewMember contact, CancellationToken cancellationToken = default);
}
