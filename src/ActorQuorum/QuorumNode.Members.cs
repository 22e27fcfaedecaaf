using System.Collections.Immutable;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum;

/// <content>Changes of the cluster's members.</content>
public sealed partial class QuorumNode : IMembershipNode
{
    private static readonly TimeSpan s_attachPatience = TimeSpan.FromMinutes(10);

    /// <summary>What the log can bear (<see cref="ByteReader.Milliseconds"/>).</summary>
    private static readonly TimeSpan s_mostAttachPatience = TimeSpan.FromDays(365);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MemberInfo>> AttachAsync(
        IReadOnlyCollection<NewMember> newcomers, TimeSpan? patience = null, CancellationToken cancellationToken = default)
    {
        var most = patience ?? s_attachPatience;
        ArgumentOutOfRangeException.ThrowIfLessThan(most, TimeSpan.FromMilliseconds(1), nameof(patience));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(most, s_mostAttachPatience, nameof(patience));
        return ChangeMembersAsync(new AttachMembers([.. Named(newcomers)], most), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<MemberInfo>> AttachLearnersAsync(
        IReadOnlyCollection<NewMember> newcomers, CancellationToken cancellationToken = default) =>
        ChangeMembersAsync(new AddLearners([.. Named(newcomers)]), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MemberInfo>> PromoteAsync(IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default) =>
        ChangeMembersAsync(new PromoteMembers(Known(members)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MemberInfo>> DetachAsync(IReadOnlyCollection<MemberId> members, CancellationToken cancellationToken = default) =>
        ChangeMembersAsync(new DetachMembers(Known(members)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<MemberInfo>> UpdateAsync(MemberId member, NewMember contact, CancellationToken cancellationToken = default)
    {
        var change = new UpdateContact(member, Checked(contact, isAdded: false));
        if (contact.Name.Length > 0 && Members.Any(other => other.Id != member && other.Name == contact.Name))
            throw Refused(QuorumError.AlreadyAMember, $"{contact.Name} is the name of another member");
        return ChangeMembersAsync(change, cancellationToken);
    }

    /// <summary>Asks for a change of the members; a follower passes it to the leader.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Gives up waiting; the change may still take effect.</param>
    /// <returns>All members once it is committed, in the order of their names.</returns>
    /// <exception cref="QuorumException">The change was not made, or its outcome is unknown.</exception>
    internal async Task<IReadOnlyList<MemberInfo>> ChangeMembersAsync(MembershipChange change, CancellationToken cancellationToken = default)
    {
        var answer = await Ask(RequestKind.Change, Consistency.Linearizable, change.Encode(), cancellationToken).ConfigureAwait(false);
        if (!MembershipEncoding.TryDecode(answer.Result!.Payload.Span, out var membership))
            throw Refused(QuorumError.OutcomeUnknown, "the leader made the change and answered with members that cannot be read; do all nodes run the same release?");
        return [.. membership.Members.Select(_life.Actors.View.MemberOf).OrderBy(member => member.Name, StringComparer.Ordinal)];
    }

    private IEnumerable<Newcomer> Named(IReadOnlyCollection<NewMember> newcomers)
    {
        ArgumentNullException.ThrowIfNull(newcomers);
        if (newcomers.Count > Membership.MaxMembers)
            throw Refused(QuorumError.TooManyMembers, $"a cluster has at most {Membership.MaxMembers} members");
        foreach (var newcomer in newcomers)
        {
            var contact = Checked(newcomer, isAdded: true);
            if (contact.Name.Length > 0 && Members.Any(member => member.Name == contact.Name))
                throw Refused(QuorumError.AlreadyAMember, $"{contact.Name} is a member already");
            yield return new(ClusterIdentity.IdOf(_options.ClusterName, contact.Name, contact.Peer), contact);
        }
    }

    private ImmutableArray<MemberId> Known(IReadOnlyCollection<MemberId> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return members.Count <= Membership.MaxMembers
            ? [.. members]
            : throw Refused(QuorumError.NoSuchMember, $"{members.Count} members are named, and a cluster has at most {Membership.MaxMembers}");
    }

    /// <summary>The same rules as for a file's members: what stands in the log is read by all members, for ever.</summary>
    private static MemberContact Checked(NewMember member, bool isAdded)
    {
        ArgumentNullException.ThrowIfNull(member);
        if (member.Name.Length > 0 && MembersReader.WhyNoName(member.Name) is { } why)
            throw new ArgumentException($"The member's name {why}", nameof(member));
        foreach (var address in (string[])[member.PeerAddress, member.ClientAddress])
            if (address.Length > 0 && !MembersReader.IsHostAndPort(address))
                throw new ArgumentException($"A member's address is host:port with a port from 1 to 65535, such as 127.0.0.1:7101; this is \"{address}\".", nameof(member));
        if (isAdded && member.PeerAddress.Length == 0) throw new ArgumentException("A member that is added needs a peer address.", nameof(member));
        return new(member.Name, member.PeerAddress, member.ClientAddress);
    }
}
