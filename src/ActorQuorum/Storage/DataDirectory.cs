using System.Globalization;
using System.Text;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>A node's data directory, held by this process: its lock, its identity, and where its log lies.</summary>
internal sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";
    private const string HolderName = "holder";
    internal const string LogName = "log";
    private const string SnapshotsName = "snapshots";
    private const int HolderBytes = 16;

    private readonly IDisposable _lock;

    private DataDirectory(string path, IdentityFile identity, IDisposable taken)
    {
        Root = path;
        Identity = identity;
        _lock = taken;
    }

    /// <summary>The directory itself.</summary>
    public string Root { get; }

    /// <summary>Whose it is.</summary>
    public IdentityFile Identity { get; }

    /// <summary>The directory's own random number, never zero, the same as long as the directory's content lives.</summary>
    public ulong Incarnation => Identity.Incarnation;

    /// <summary>Where the write-ahead log lies; its first segment is there.</summary>
    public string LogDirectory => LogDirectoryOf(Root, Identity.Era);

    /// <summary>Where the snapshots lie; may not be there yet.</summary>
    public string SnapshotDirectory => SnapshotDirectoryOf(Root, Identity.Era);

    /// <summary>Where the log of an era lies.</summary>
    public static string LogDirectoryOf(string root, int era) => Path.Combine(root, OfEra(LogName, era));

    /// <summary>Where the snapshots of an era lie.</summary>
    public static string SnapshotDirectoryOf(string root, int era) => Path.Combine(root, OfEra(SnapshotsName, era));

    /// <summary>Opens the data directory at <paramref name="path"/>, or founds it.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The directory.</param>
    /// <param name="clusterId">The cluster this node is of.</param>
    /// <param name="member">The member this node is.</param>
    /// <param name="memberName">Its name.</param>
    /// <param name="drawIncarnation">Draws a random number; asked again if it gives zero.</param>
    /// <exception cref="DataDirectoryException">Another process holds it, or it is not this node's, or incomplete.</exception>
    /// <exception cref="StorageDamagedException">Its identity is damaged.</exception>
    public static DataDirectory Open(
        IFileSystem files, string path, ulong clusterId, MemberId member, string memberName, Func<ulong> drawIncarnation)
    {
        if (memberName.AsSpan().ContainsAnyInRange('\0', '\x1f'))
            throw new ArgumentException("A member's name has no control characters.", nameof(memberName));
        files.CreateDirectory(path);
        IDisposable taken = Take(files, path);
        try
        {
            var directory = new DataDirectory(path, FindIdentity(files, path, clusterId, member, memberName, drawIncarnation), taken);
            directory.DeleteOtherEras(files);
            return directory;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Opens a data directory as it is, to work on it while its node is stopped; it must be there.</summary>
    /// <exception cref="DataDirectoryException">It is no data directory, or another process holds it.</exception>
    /// <exception cref="StorageDamagedException">Its identity is damaged.</exception>
    public static DataDirectory OpenStopped(IFileSystem files, string path)
    {
        IReadOnlyList<string> names;
        try
        {
            names = files.List(path);
        }
        catch (DirectoryNotFoundException missing)
        {
            throw new DataDirectoryException($"There is no data directory {path}.", missing);
        }

        if (!names.Contains(IdentityFile.Name))
            throw new DataDirectoryException($"{path} is no node's data directory: there is no file {IdentityFile.Name} in it.");
        IDisposable taken = Take(files, path);
        try
        {
            var directory = new DataDirectory(path, IdentityFile.Read(files, path), taken);
            files.FlushDirectory(path);
            directory.DeleteOtherEras(files);
            return directory;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>
    /// From now on another identity stands over the directory, in one durable step: with it the log and the snapshots of its era count, which must be
    /// whole and durable by now. What was there before is deleted.
    /// </summary>
    public static void BeginEra(IFileSystem files, string path, IdentityFile identity)
    {
        identity.Write(files, path);
        DeleteOtherEras(files, path, identity.Era);
    }

    /// <summary>Whether a file is only there because some process has held the directory.</summary>
    internal static bool IsOfLock(string name) => name is LockName or HolderName;

    /// <summary>Takes the lock of a directory that is there.</summary>
    public static IDisposable Take(IFileSystem files, string path)
    {
        IDisposable taken = files.TryLock(Path.Combine(path, LockName)) ?? throw new DataDirectoryException(
            $"The data directory {path} is in use by another process{HolderOf(files, path)}. "
            + "Stop that one first, or give this node a directory of its own.") { IsInUse = true };
        try
        {
            WriteHolder(files, path);
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Lets another process have the directory.</summary>
    public void Dispose() => _lock.Dispose();

    private static string OfEra(string name, int era) =>
        era == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name}-{era}");

    private void DeleteOtherEras(IFileSystem files) => DeleteOtherEras(files, Root, Identity.Era);

    /// <summary>The era before, which was given up, and the one after, which a crash left unfinished: neither counts. Empty directories stay.</summary>
    private static void DeleteOtherEras(IFileSystem files, string path, int era)
    {
        foreach (int other in (ReadOnlySpan<int>)[era - 1, era + 1])
        {
            if (other < 0)
                continue;
            Empty(files, LogDirectoryOf(path, other));
            Empty(files, SnapshotDirectoryOf(path, other));
        }
    }

    /// <summary>Deletes all files of a directory, if there is one.</summary>
    internal static void Empty(IFileSystem files, string directory)
    {
        try
        {
            foreach (string name in files.List(directory))
                files.Delete(Path.Combine(directory, name));
        }
        catch (DirectoryNotFoundException)
        {
        }
    }

    private static IdentityFile FindIdentity(
        IFileSystem files, string path, ulong clusterId, MemberId member, string memberName, Func<ulong> drawIncarnation)
    {
        if (!files.List(path).Contains(IdentityFile.Name))
        {
            string first = LogDirectoryOf(path, 0);
            files.CreateDirectory(first);
            ClearCrashedFounding(files, path, first);
            return Found(files, path, clusterId, member, memberName, drawIncarnation);
        }

        IdentityFile identity = IdentityFile.Read(files, path);
        if (identity.ConfiguredAs != clusterId || identity.Member != member || identity.MemberName != memberName)
        {
            throw new DataDirectoryException(
                $"The data directory {path} belongs to member {identity.MemberName} ({identity.Member}) "
                + $"of cluster {identity.ConfiguredAs:x16}, but this node is member {memberName} ({member}) of cluster {clusterId:x16}. "
                + "Set the right node.data-dir, or the cluster's id and members as they were at the first start.");
        }

        string log = LogDirectoryOf(path, identity.Era);
        files.CreateDirectory(log);
        // The first segment is durable before the identity is, so it was there.
        if (!files.List(log).Any(name => SegmentHeader.NumberOf(name) is not null))
        {
            throw new DataDirectoryException(
                $"The data directory {path} has an identity, but {log} has no log: acknowledged entries may be lost. Put the log back, "
                + "or move the whole directory away and let this node join again with an empty one.");
        }

        // The process before may have died between the rename and this flush; the incarnation must not be forgotten once it is told.
        files.FlushDirectory(path);
        return identity;
    }

    /// <summary>
    /// The first segment comes first, the identity last: a crash between leaves a log without a record, which the next start takes away.
    /// The other way round a lost log could not be told from one not yet made.
    /// </summary>
    private static IdentityFile Found(
        IFileSystem files, string path, ulong clusterId, MemberId member, string memberName, Func<ulong> drawIncarnation)
    {
        ulong incarnation = Draw(drawIncarnation);
        SegmentFile.Create(
            files, Path.Combine(path, LogName), new SegmentHeader(clusterId, member, incarnation, 1, 0), out _).Dispose();
        var identity = new IdentityFile(clusterId, member, memberName, incarnation);
        identity.Write(files, path);
        return identity;
    }

    /// <summary>Draws a number that is not zero, which means unbound in the log. A fair source gives it once in 2^64 draws, twice never.</summary>
    internal static ulong Draw(Func<ulong> source)
    {
        ulong drawn = source();
        if (drawn == 0)
            drawn = source();
        return drawn != 0 ? drawn : throw new InvalidOperationException("The source of random numbers gave zero twice: it is not random.");
    }

    private static void ClearCrashedFounding(IFileSystem files, string path, string log)
    {
        foreach (string name in files.List(log))
        {
            if (SegmentHeader.NumberOf(name) is not { } number)
                continue;
            string segment = Path.Combine(log, name);
            using IFile file = files.Open(segment, create: false);
            if (number != 1 || file.Length > SegmentHeader.SizeBytes)
            {
                throw new DataDirectoryException(
                    $"The data directory {path} has a log ({segment}), but no identity. Put the file {IdentityFile.Name} back, "
                    + "or move the whole directory away and let this node join again with an empty one.");
            }
        }

        files.Delete(Path.Combine(log, SegmentHeader.NameOf(1)));
        files.FlushDirectory(log);
    }

    /// <summary>The process's number, for the message that the next one gets; nothing depends on it, so it is not flushed.</summary>
    private static void WriteHolder(IFileSystem files, string path)
    {
        string holder = Path.Combine(path, HolderName);
        files.Delete(holder);
        using IFile file = files.Open(holder, create: true);
        string number = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        file.Append(Encoding.ASCII.GetBytes(number.PadRight(HolderBytes - 1) + '\n'));
    }

    private static string HolderOf(IFileSystem files, string path)
    {
        try
        {
            using IFile file = files.Open(Path.Combine(path, HolderName), create: false);
            byte[] bytes = new byte[HolderBytes];
            string text = Encoding.ASCII.GetString(bytes, 0, file.Read(0, bytes)).Trim();
            return text.Length == 0 || text.Any(digit => !char.IsAsciiDigit(digit)) ? "" : $" (number {text})";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
