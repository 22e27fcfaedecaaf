using System.Globalization;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Storage;

/// <summary>A durable snapshot.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Head">What it stands for.</param>
/// <param name="SizeBytes">The file's length.</param>
internal sealed record SnapshotFile(string Path, SnapshotHead Head, long SizeBytes);

/// <summary>
/// The snapshots of a data directory (docs/storage.md, "Snapshots"). A file under a snapshot's name is whole and durable; the newest counts, older
/// ones go as soon as nobody reads them.
/// </summary>
internal sealed class SnapshotFiles(IFileSystem files, string directory, ulong clusterId)
{
    private const string Suffix = ".snap";
    private const string PartSuffix = ".part";
    private const int Digits = 16;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _readers = [];
    private volatile SnapshotFile? _newest;

    /// <summary>The newest snapshot, or null.</summary>
    public SnapshotFile? Newest => _newest;

    /// <summary>The newest one that <see cref="Restore"/> passed over as it is damaged, or null.</summary>
    public SnapshotDamagedException? PassedOver { get; private set; }

    /// <summary>The file system under it.</summary>
    public IFileSystem Files { get; } = files;

    /// <summary>Where they lie.</summary>
    public string Directory { get; } = directory;

    /// <summary>The cluster whose snapshots they are.</summary>
    public ulong ClusterId { get; } = clusterId;

    /// <summary>The path of a snapshot up to an index. Names sort as the indexes do.</summary>
    public string PathOf(long index) => Path.Combine(Directory, index.ToString("D16", CultureInfo.InvariantCulture) + Suffix);

    /// <summary>
    /// Finds the newest valid snapshot and reads it into a state machine. What a crash left unfinished is deleted; a damaged one is passed
    /// over: whether what is left suffices, the log knows.
    /// </summary>
    /// <param name="machine">The state machine; unchanged if there is no snapshot.</param>
    /// <param name="notes">What the operator should know.</param>
    public SnapshotFile? Restore(IStateMachine machine, ICollection<string> notes)
    {
        Files.CreateDirectory(Directory);
        // The process before may have died between a rename and this.
        Files.FlushDirectory(Directory);
        foreach (string path in NewestFirst(notes))
        {
            try
            {
                _newest = Read(path, machine);
                break;
            }
            catch (SnapshotDamagedException damage)
            {
                PassedOver ??= damage;
                notes.Add($"Passed over a damaged snapshot, and looks for an older one. {damage.Message}");
            }
        }

        return _newest;
    }

    /// <summary>Where a snapshot is written until it is whole.</summary>
    public string AsideOf(long index) => PathOf(index) + SegmentFile.AsideSuffix;

    /// <summary>Begins to write a snapshot aside.</summary>
    public SnapshotWriter Begin(SnapshotHead head)
    {
        Files.Delete(AsideOf(head.Mark.Index));
        return new SnapshotWriter(Files.Open(AsideOf(head.Mark.Index), create: true), head);
    }

    /// <summary>Lets the newest snapshot go, too, once nobody reads it: a node without a disk has no use for it.</summary>
    public void DeleteNewest()
    {
        lock (_gate)
        {
            if (_newest is null || _readers.ContainsKey(_newest.Path))
                return;
            Files.Delete(_newest.Path);
            _newest = null;
        }
    }

    /// <summary>The path of a snapshot that a leader sends, until all of it is here and checked.</summary>
    public string PartOf(ulong transfer) =>
        Path.Combine(Directory, transfer.ToString("x16", CultureInfo.InvariantCulture) + PartSuffix);

    /// <summary>Deletes what is here of snapshots that were being sent, except of one.</summary>
    public void DeleteParts(string? except)
    {
        foreach (string name in Files.List(Directory))
        {
            if (name.EndsWith(PartSuffix, StringComparison.Ordinal) && Path.Combine(Directory, name) != except)
                Files.Delete(Path.Combine(Directory, name));
        }
    }

    /// <summary>
    /// Puts a snapshot that was written aside, completed and flushed in its place, durably. It is the newest from now on, unless a newer one
    /// came about meanwhile: then it is not needed any more.
    /// </summary>
    public SnapshotFile Place(SnapshotHead head, string aside, long sizeBytes)
    {
        if (_newest is { } newest && newest.Head.Mark.Index >= head.Mark.Index)
        {
            Files.Delete(aside);
            return newest;
        }

        string path = PathOf(head.Mark.Index);
        Files.Rename(aside, path);
        Files.FlushDirectory(Directory);
        return _newest = new SnapshotFile(path, head, sizeBytes);
    }

    /// <summary>
    /// A snapshot is not given to anybody any more, as it arrived damaged elsewhere. Its file stays until a fresh one has taken its place: for a start
    /// it may be good enough, or all that there is.
    /// </summary>
    public void Doubt(SnapshotFile snapshot) => Interlocked.CompareExchange(ref _newest, null, snapshot);

    /// <summary>Deletes all snapshots but the newest, except those that are being read.</summary>
    public void DeleteOlder()
    {
        bool isChanged = false;
        lock (_gate)
        {
            foreach (string name in _newest is null ? [] : Files.List(Directory))
            {
                string path = Path.Combine(Directory, name);
                if (IndexOf(name) is null || path == _newest!.Path || _readers.ContainsKey(path))
                    continue;
                Files.Delete(path);
                isChanged = true;
            }
        }

        if (isChanged)
            Files.FlushDirectory(Directory);
    }

    /// <summary>Opens a snapshot for reading; it stays until as often as this <see cref="Release"/> was called.</summary>
    public IFile Open(SnapshotFile snapshot)
    {
        lock (_gate)
        {
            IFile file = Files.Open(snapshot.Path, create: false);
            _readers[snapshot.Path] = _readers.GetValueOrDefault(snapshot.Path) + 1;
            return file;
        }
    }

    /// <summary>Somebody has read a snapshot.</summary>
    public void Release(SnapshotFile snapshot)
    {
        lock (_gate)
        {
            int readers = _readers.GetValueOrDefault(snapshot.Path) - 1;
            if (readers > 0)
                _readers[snapshot.Path] = readers;
            else
                _readers.Remove(snapshot.Path);
        }
    }

    private static long? IndexOf(string name) =>
        name.Length == Digits + Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out long index) && index > 0
            ? index
            : null;

    private List<string> NewestFirst(ICollection<string> notes)
    {
        var found = new List<string>();
        foreach (string name in Files.List(Directory))
        {
            string path = Path.Combine(Directory, name);
            if (IndexOf(name) is not null)
            {
                found.Add(path);
            }
            else if (name.EndsWith(SegmentFile.AsideSuffix, StringComparison.Ordinal))
            {
                Files.Delete(path);
                notes.Add($"Deleted {path}, which a crash had left unfinished.");
            }
        }

        found.Reverse();
        return found;
    }

    private SnapshotFile Read(string path, IStateMachine machine)
    {
        // The blocks' checksums cover all that counts; the hash over the whole is for copies that were elsewhere meanwhile.
        IFile file = Files.Open(path, create: false);
        long sizeBytes = file.Length;
        using var reader = new SnapshotReader(file, path, withHash: false);
        if (reader.Head.ClusterId != ClusterId)
        {
            throw new DataDirectoryException(
                $"{path} is a snapshot of cluster {reader.Head.ClusterId:x16}, this is cluster {ClusterId:x16}. Take it away; nothing was changed.");
        }

        if (PathOf(reader.Head.Mark.Index) != path)
            throw reader.Damaged($"it is named otherwise, but stands for the entries up to {reader.Head.Mark.Index}");
        IStateRestore restore = machine.BeginRestore();
        restore.Read(reader);
        reader.Finish();
        restore.Install();
        return new SnapshotFile(path, reader.Head, sizeBytes);
    }
}
