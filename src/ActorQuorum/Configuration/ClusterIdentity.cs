using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ActorQuorum.Configuration;

/// <summary>The numbers of a cluster and its first members, hashed from their names: every node computes the same ones.</summary>
internal sealed record ClusterIdentity(ulong ClusterId, MemberInfo Self, IReadOnlyList<MemberInfo> Members)
{
    /// <summary>The identity that <paramref name="options"/> describe. Addresses are not hashed: a member may move.</summary>
    public static ClusterIdentity Of(NodeOptions options)
    {
        var names = options.Members.Select(member => member.Name).Order(StringComparer.Ordinal);
        var clusterId = Hash([options.ClusterName, .. names]);
        MemberInfo[] members =
        [
            .. options.Members
                .Select(member => new MemberInfo(new(Hash([options.ClusterName, "member", member.Name])), member.Name, member.Peer, member.Client))
                .OrderBy(member => member.Name, StringComparer.Ordinal),
        ];
        return new(clusterId, members.Single(member => member.Name == options.Name), members);
    }

    private static ulong Hash(IEnumerable<string> parts)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts)));
        return Math.Max(1, BinaryPrimitives.ReadUInt64BigEndian(hash));
    }
}
