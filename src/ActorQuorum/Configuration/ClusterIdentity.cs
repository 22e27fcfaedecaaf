using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Configuration;

/// <summary>The numbers of a cluster and its first members, hashed from their names: every node computes the same ones.</summary>
internal sealed record ClusterIdentity(ulong ClusterId, MemberInfo Self, IReadOnlyList<MemberInfo> Members)
{
    /// <summary>Whether the node joined a cluster that was there, so that it founds none: its log says who the members are.</summary>
    public bool IsJoining { get; init; }

    /// <summary>The identity that <paramref name="options"/> describe. Addresses are not hashed: a member may move.</summary>
    public static ClusterIdentity Of(NodeOptions options)
    {
        if (options.Join is { } join) return Of(options, join);
        var names = options.Members.Select(member => member.Name).Order(StringComparer.Ordinal);
        var clusterId = Hash([options.ClusterName, .. names]);
        MemberInfo[] members =
        [
            .. options.Members
                .Select(member => new MemberInfo(IdOf(options.ClusterName, member.Name, member.Peer), member.Name, member.Peer, member.Client))
                .OrderBy(member => member.Name, StringComparer.Ordinal),
        ];
        return new(clusterId, members.Single(member => member.Name == options.Name), members);
    }

    /// <summary>The number of a member: of its name, or, as long as it has none (etcd's clients give none), of the address it was added with.</summary>
    public static MemberId IdOf(string clusterName, string name, string peer) =>
        new(name.Length > 0 ? Hash([clusterName, "member", name]) : Hash([clusterName, "peer", peer]));

    /// <summary>Whether a member's number is one that a cluster of this name gives.</summary>
    public static bool IsOf(string clusterName, MemberInfo member) =>
        (member.Name.Length > 0 && member.Id == IdOf(clusterName, member.Name, "")) || member.Id == IdOf(clusterName, "", member.PeerAddress);

    /// <summary>The identity of a node that was told its cluster. Its own name and addresses are those of its file.</summary>
    private static ClusterIdentity Of(NodeOptions options, ClusterJoin join)
    {
        var own = options.Members.Single(member => member.Name == options.Name);
        var self = new MemberInfo(join.Self, own.Name, own.Peer, own.Client);
        MemberInfo[] members = [.. join.Members.Where(member => member.Id != self.Id).Append(self).OrderBy(member => member.Name, StringComparer.Ordinal)];
        return new(join.ClusterId, self, members) { IsJoining = true };
    }

    private static ulong Hash(IEnumerable<string> parts)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)));
        return Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash));
    }
}
