using ActorQuorum.Configuration;

namespace ActorQuorum.Storage;

/// <summary>Who a node is: as its data directory says, if it joined a cluster; as it is told, if it joins one now; else as its configuration says.</summary>
internal static class NodeIdentity
{
    /// <summary>Finds it. A node that joins now has it written down when this returns.</summary>
    /// <exception cref="DataDirectoryException">The node is to join, and its data directory belongs to a member of another cluster.</exception>
    /// <exception cref="StorageDamagedException">What the data directory says is damaged.</exception>
    public static ClusterIdentity Find(IFileSystem files, NodeOptions options)
    {
        if (options.Storage == StorageKind.Memory) return ClusterIdentity.Of(options);
        var directory = options.DataDirectory;
        var joined = JoinFile.Read(files, directory);
        if (options.Join is { } join)
        {
            var isFree = !IsOwned(files, directory) || BlankDirectory.IsOne(files, options);
            if (!isFree && !IsSame(joined, join)) throw Taken(directory, joined, join);
            if (isFree) JoinFile.Write(files, directory, join);
            joined = isFree ? join : joined;
        }

        if (joined is not null) BlankDirectory.HandOver(files, options, joined);
        return ClusterIdentity.Of(options with { Join = joined });
    }

    /// <summary>
    /// Who the node is by what its storage holds. One that went on alone is of another cluster than its configuration names, which then says nothing
    /// of the members: the log does (docs/snapshots.md, "Eras").
    /// </summary>
    public static ClusterIdentity In(ClusterIdentity configured, NodeStorage storage)
    {
        if (storage.ClusterId == configured.ClusterId) return configured;
        var others = storage.Durable.LatestMembership().Members.Where(member => member.Id != configured.Self.Id).Select(member =>
        {
            var contact = member.Contact;
            return new MemberInfo(member.Id, contact.Name, contact.Peer, contact.Client) { IsLearner = member.IsLearner };
        });
        return configured with
        {
            ClusterId = storage.ClusterId, Members = [.. others.Append(configured.Self).OrderBy(member => member.Name, StringComparer.Ordinal)],
        };
    }

    /// <summary>Whether a node that started here before has joined a cluster, so that it need not be told again.</summary>
    public static ClusterJoin? JoinedBefore(IFileSystem files, NodeOptions options) =>
        options.Storage == StorageKind.Disk && IsOwned(files, options.DataDirectory) && !BlankDirectory.IsOne(files, options)
            ? JoinFile.Read(files, options.DataDirectory)
            : null;

    private static bool IsSame(ClusterJoin? joined, ClusterJoin join) => joined is not null && joined.ClusterId == join.ClusterId && joined.Self == join.Self;

    private static bool IsOwned(IFileSystem files, string directory)
    {
        try
        {
            return files.List(directory).Contains(IdentityFile.Name);
        }
        catch (DirectoryNotFoundException)
        {
            return false;
        }
    }

    private static DataDirectoryException Taken(string directory, ClusterJoin? joined, ClusterJoin join) => new(
        $"The data directory {directory} belongs to {(joined is null ? "a founder of a cluster" : $"member {joined.Self} of cluster {joined.ClusterId:x}")}, "
        + $"and the node is to join cluster {join.ClusterId:x} as member {join.Self}. Give it a directory of its own, or start it without joining, "
        + "or, if what it holds is of no use any more, let it forget that: actorquorum reset.");
}
