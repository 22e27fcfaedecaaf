using ActorQuorum.Core.Raft;

namespace ActorQuorum.Configuration;

/// <summary>What a node is told that joins a cluster which is there: it was added to it before, and does not know it yet.</summary>
/// <param name="ClusterId">The cluster's number.</param>
/// <param name="Self">The number that this node has in it.</param>
/// <param name="Members">All members, this one among them.</param>
public sealed record ClusterJoin(ulong ClusterId, MemberId Self, IReadOnlyList<MemberInfo> Members)
{
    /// <summary>Finds a node in the cluster that another node tells of: by its name, or, if it was added without one, by its peer address.</summary>
    /// <param name="options">The settings of the node that joins.</param>
    /// <param name="clusterId">The cluster's number.</param>
    /// <param name="members">The cluster's members.</param>
    /// <returns>What the node needs to know.</returns>
    /// <exception cref="InvalidOperationException">It is another cluster, the node is not added yet, or it was added with another address.</exception>
    public static ClusterJoin Find(NodeOptions options, ulong clusterId, IReadOnlyList<MemberInfo> members)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(members);
        var self = options.Members.Single(member => member.Name == options.Name);
        if (!members.Any(member => ClusterIdentity.IsOf(options.ClusterName, member)))
        {
            throw new InvalidOperationException(
                $"the cluster there ({clusterId:x}, members {NamesOf(members)}) is not \"{options.ClusterName}\": its members' numbers are of another name. "
                + "Compare --join and cluster.id.");
        }

        var found = members.FirstOrDefault(member => member.Name == self.Name)
            ?? members.FirstOrDefault(member => member.Name.Length == 0 && member.PeerAddress == self.Peer)
            ?? throw new InvalidOperationException(
                $"{self.Name} ({self.Peer}) is not a member of the cluster there yet (members {NamesOf(members)}). "
                + $"Add it first: actorquorum member add {self.Name}={self.Peer},{self.Client}");
        if (found.PeerAddress != self.Peer)
        {
            throw new InvalidOperationException(
                $"{self.Name} was added with the peer address {found.PeerAddress}, and its file says {self.Peer}. "
                + $"Correct the file, or: actorquorum member update {self.Name} --peer {self.Peer}");
        }

        return new(clusterId, found.Id, [.. members.Select(member => member.Id == found.Id ? found with { Name = self.Name, ClientAddress = self.Client } : member)]);
    }

    private static string NamesOf(IReadOnlyList<MemberInfo> members) =>
        string.Join(", ", members.Select(member => member.Name.Length > 0 ? member.Name : member.PeerAddress));
}
