using ActorQuorum.Configuration;

namespace ActorQuorum.Storage;

/// <summary>
/// A data directory that was reset and holds nothing since (docs/snapshots.md, "Stopped nodes"): its node may be bound by its cluster again, or join
/// another. What it holds once it is bound is somebody's, and no joining takes it away.
/// </summary>
internal static class BlankDirectory
{
    /// <summary>Whether a node's data directory is one.</summary>
    /// <exception cref="DataDirectoryException">It was reset, and its node runs.</exception>
    public static bool IsOne(IFileSystem files, NodeOptions options)
    {
        if (!WasReset(files, options.DataDirectory)) return false;
        using var directory = DataDirectory.OpenStopped(files, options.DataDirectory);
        return HoldsNothing(files, directory, options.Log.SegmentSizeBytes);
    }

    /// <summary>Makes a directory that was reset one of the cluster that its node joins, by an era of its own; any other is left as it is.</summary>
    public static void HandOver(IFileSystem files, NodeOptions options, ClusterJoin join)
    {
        if (!WasReset(files, options.DataDirectory)) return;
        using var directory = DataDirectory.OpenStopped(files, options.DataDirectory);
        var identity = directory.Identity;
        var isThere = identity.ConfiguredAs == join.ClusterId && identity.Member == join.Self;
        if (isThere || identity.MemberName != options.Name || !HoldsNothing(files, directory, options.Log.SegmentSizeBytes)) return;
        var next = identity with { ClusterId = join.ClusterId, ConfiguredAs = join.ClusterId, Member = join.Self, Era = identity.Era + 1 };
        NewEra.Begin(files, directory.Root, next, options.Log.SegmentSizeBytes);
    }

    private static bool WasReset(IFileSystem files, string directory) =>
        FilesIn(files, directory).Contains(IdentityFile.Name) && IdentityFile.Read(files, directory).IsReset;

    private static bool HoldsNothing(IFileSystem files, DataDirectory directory, long segmentSizeBytes)
    {
        var identity = directory.Identity;
        if (!files.List(directory.LogDirectory).Any(name => SegmentHeader.NumberOf(name) is not null)) return false;
        using var log = WriteAheadLog.Open(files, directory.LogDirectory, new()
        {
            ClusterId = identity.ClusterId, Member = identity.Member, Incarnation = identity.Incarnation, SegmentSizeBytes = segmentSizeBytes,
        }, out var recovered);
        var isEmpty = recovered.Groups.Values.All(group => group is { LastIndex: 0, State.Proven: false });
        return isEmpty && FilesIn(files, directory.SnapshotDirectory).All(name => !name.EndsWith(".snap", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> FilesIn(IFileSystem files, string directory)
    {
        try
        {
            return files.List(directory);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
