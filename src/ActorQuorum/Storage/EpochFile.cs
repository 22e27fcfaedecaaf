using System.Globalization;
using System.Text;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Storage;

/// <summary>Where the epoch is kept.</summary>
internal interface IEpochStore : IDisposable
{
    /// <summary>What was kept last.</summary>
    VotingEpoch Kept { get; }

    /// <summary>Keeps another one, durably when it returns. A failure is final.</summary>
    void Keep(VotingEpoch epoch);
}

/// <summary>Keeps the epoch for as long as the process lives.</summary>
internal sealed class MemoryEpoch : IEpochStore
{
    /// <inheritdoc/>
    public VotingEpoch Kept { get; private set; }

    /// <inheritdoc/>
    public void Keep(VotingEpoch epoch) => Kept = epoch;

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

/// <summary>
/// Keeps the epoch in a directory of the node's own: a small text that an operator can read, written aside, flushed and renamed, so that a crash
/// leaves the old one or the new one.
/// </summary>
internal sealed class EpochFile : IEpochStore
{
    public const string Name = "epoch";
    private const string LockName = "lock";
    private const int LargestBytes = 4096;
    private const string Title = "actorquorum-epoch 1";

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly ulong _clusterId;
    private readonly IDisposable _lock;
    private bool _hasFailed;

    private EpochFile(IFileSystem files, string directory, ulong clusterId, IDisposable taken)
    {
        _files = files;
        _directory = directory;
        _clusterId = clusterId;
        _lock = taken;
    }

    /// <inheritdoc/>
    public VotingEpoch Kept { get; private set; }

    /// <summary>Opens the directory, or founds it.</summary>
    /// <exception cref="DataDirectoryException">Another process holds it, it is another cluster's, or its epoch is damaged.</exception>
    public static EpochFile Open(IFileSystem files, string directory, ulong clusterId)
    {
        files.CreateDirectory(directory);
        var taken = files.TryLock(Path.Combine(directory, LockName)) ?? throw new DataDirectoryException(
            $"The data directory {directory} is in use by another process. Stop that one first, or give this node a directory of its own.");
        try
        {
            var file = new EpochFile(files, directory, clusterId, taken);
            if (files.List(directory).Contains(Name)) file.Kept = file.Read();
            return file;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Keep(VotingEpoch epoch)
    {
        if (_hasFailed) throw new IOException($"The data directory {_directory} failed before; nothing is written to it any more.");
        _hasFailed = true;
        SegmentFile.Place(_files, _directory, Name, Encoding.UTF8.GetBytes(ToText(epoch))).Dispose();
        Kept = epoch;
        _hasFailed = false;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private VotingEpoch Read()
    {
        var path = Path.Combine(_directory, Name);
        using var file = _files.Open(path, create: false);
        var bytes = new byte[file.Length <= LargestBytes ? file.Length : throw Damaged(path)];
        if (file.Read(0, bytes) != bytes.Length) throw Damaged(path);

        // The process before may have died between the rename and its flush; what was read must not be forgotten once it is told.
        _files.FlushDirectory(_directory);
        return Parse(Encoding.UTF8.GetString(bytes), path);
    }

    private string ToText(VotingEpoch epoch)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture, $"{Title}\ncluster {_clusterId:x16}\nformation {epoch.Formation.Salt:x16}\nfounded {epoch.Formation.FoundedMs}\ncounter {epoch.Counter}\n");
        return text + ChecksumLine(text);
    }

    private VotingEpoch Parse(string text, string path)
    {
        var checksumAt = text.LastIndexOf("checksum ", StringComparison.Ordinal);
        var lines = text.Split('\n');
        if (checksumAt < 0 || text[checksumAt..] != ChecksumLine(text[..checksumAt]) || lines.Length != 7 || lines[0] != Title
            || !TryRead(lines[1], "cluster ", NumberStyles.AllowHexSpecifier, out var cluster)
            || !TryRead(lines[2], "formation ", NumberStyles.AllowHexSpecifier, out var formation)
            || !TryRead(lines[3], "founded ", NumberStyles.None, out var founded) || founded > long.MaxValue
            || !TryRead(lines[4], "counter ", NumberStyles.None, out var counter) || counter > long.MaxValue)
        {
            throw Damaged(path);
        }

        return cluster == _clusterId
            ? new(new((long)founded, formation), (long)counter)
            : throw new DataDirectoryException(
                $"The data directory {_directory} belongs to cluster {cluster:x16}, but this node is of cluster {_clusterId:x16}. "
                + "Set the right node.data-dir and cluster.id.");
    }

    private static bool TryRead(string line, string label, NumberStyles style, out ulong value)
    {
        value = 0;
        return line.StartsWith(label, StringComparison.Ordinal)
            && ulong.TryParse(line.AsSpan(label.Length), style, CultureInfo.InvariantCulture, out value);
    }

    private static string ChecksumLine(string text) =>
        string.Create(CultureInfo.InvariantCulture, $"checksum {Crc32C.Append(0, Encoding.UTF8.GetBytes(text)):x8}\n");

    private static DataDirectoryException Damaged(string path) => new(
        $"The file {path} is no epoch, or damaged: its checksum does not match. With it this node forgets the latest mastership that it knew of. "
        + "Put a copy of it back; or, if another node that knows as much is running, move it away and this node learns of it anew.");
}
