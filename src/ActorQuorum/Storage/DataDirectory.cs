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
    private const int HolderBytes = 16;

    private readonly IDisposable _lock;

    private DataDirectory(string path, ulong incarnation, IDisposable taken)
    {
        LogDirectory = Path.Combine(path, LogName);
        Incarnation = incarnation;
        _lock = taken;
    }

    /// <summary>The directory's own random number, never zero, the same as long as the directory lives.</summary>
    public ulong Incarnation { get; }

    /// <summary>Where the write-ahead log lies; its first segment is there.</summary>
    public string LogDirectory { get; }

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
        IDisposable taken = files.TryLock(Path.Combine(path, LockName)) ?? throw new DataDirectoryException(
            $"The data directory {path} is in use by another process{HolderOf(files, path)}. "
            + "Stop that one first, or give this node a directory of its own.");
        try
        {
            WriteHolder(files, path);
            return new DataDirectory(path, FindIdentity(files, path, clusterId, member, memberName, drawIncarnation), taken);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Lets another process have the directory.</summary>
    public void Dispose() => _lock.Dispose();

    private static ulong FindIdentity(
        IFileSystem files, string path, ulong clusterId, MemberId member, string memberName, Func<ulong> drawIncarnation)
    {
        string log = Path.Combine(path, LogName);
        files.CreateDirectory(log);
        if (!files.List(path).Contains(IdentityFile.Name))
        {
            ClearCrashedFounding(files, path, log);
            return Found(files, path, clusterId, member, memberName, drawIncarnation);
        }

        IdentityFile identity = IdentityFile.Read(files, path);
        if (identity.ClusterId != clusterId || identity.Member != member || identity.MemberName != memberName)
        {
            throw new DataDirectoryException(
                $"The data directory {path} belongs to member {identity.MemberName} ({identity.Member}) "
                + $"of cluster {identity.ClusterId:x16}, but this node is member {memberName} ({member}) of cluster {clusterId:x16}. "
                + "Set the right node.data-dir, or the cluster's id and members as they were at the first start.");
        }

        // The first segment is durable before the identity is, so it was there.
        if (!files.List(log).Any(name => SegmentHeader.NumberOf(name) is not null))
        {
            throw new DataDirectoryException(
                $"The data directory {path} has an identity, but {log} has no log: acknowledged entries may be lost. Put the log back, "
                + "or move the whole directory away and let this node join again with an empty one.");
        }

        // The process before may have died between the rename and this flush; the incarnation must not be forgotten once it is told.
        files.FlushDirectory(path);
        return identity.Incarnation;
    }

    /// <summary>
    /// The first segment comes first, the identity last: a crash between leaves a log without a record, which the next start takes away.
    /// The other way round a lost log could not be told from one not yet made.
    /// </summary>
    private static ulong Found(
        IFileSystem files, string path, ulong clusterId, MemberId member, string memberName, Func<ulong> drawIncarnation)
    {
        ulong incarnation = drawIncarnation();
        // Zero means unbound in the log. A fair source gives it once in 2^64 draws, twice never.
        if (incarnation == 0)
            incarnation = drawIncarnation();
        if (incarnation == 0)
            throw new InvalidOperationException("The source of incarnations gave zero twice: it is not random.");
        SegmentFile.Create(
            files, Path.Combine(path, LogName), new SegmentHeader(clusterId, member, incarnation, 1, 0), out _).Dispose();
        new IdentityFile(clusterId, member, memberName, incarnation).Write(files, path);
        return incarnation;
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
