using ActorQuorum.Storage;

namespace ActorQuorum.TestKit.Disk;

/// <summary>
/// A disk in memory that forgets what was not flushed, tears, fills up, fails and rots; all by its seed.
/// One thread at a time.
/// </summary>
/// <param name="seed">Decides what a crash leaves.</param>
/// <param name="capacityBytes">What fits on it.</param>
internal sealed class SimulatedDisk(ulong seed, long capacityBytes = long.MaxValue) : IFileSystem
{
    /// <summary>What fits on it; may change under a running node, as a disk that others use does.</summary>
    public long CapacityBytes { get; set; } = capacityBytes;

    private readonly DiskDraws _draws = new(seed);
    private readonly SortedSet<string> _directories = new(StringComparer.Ordinal);
    private readonly List<NameChange> _unsyncedNames = [];
    private readonly HashSet<string> _locks = [];
    private SortedDictionary<string, DiskContent> _names = new(StringComparer.Ordinal);
    private SortedDictionary<string, DiskContent> _durableNames = new(StringComparer.Ordinal);
    private int _boots;
    private bool _failNextFlush;
    private long _writableBytes = long.MaxValue;
    private int _stepsLeft = int.MaxValue;

    /// <summary>How many calls changed something, or would have: what <see cref="LosePowerAfter"/> counts.</summary>
    public int Steps { get; private set; }

    /// <summary>The bytes of all files.</summary>
    public long UsedBytes => _names.Values.Sum(content => (long)content.Length);

    /// <summary>The next flush of a file fails, and what it should have written is lost though it still can be read.</summary>
    public void FailNextFlush() => _failNextFlush = true;

    /// <summary>Faults that were ordered and have not struck yet do not come.</summary>
    public void ForgetFaults() => (_failNextFlush, _writableBytes, _stepsLeft) = (false, long.MaxValue, int.MaxValue);

    /// <summary>After this many more bytes every write fails.</summary>
    public void FailWritesAfter(long bytes) => _writableBytes = bytes;

    /// <summary>After this many more changing calls every one fails, until <see cref="Crash"/>.</summary>
    public void LosePowerAfter(int steps) => _stepsLeft = steps;

    /// <summary>Turns a bit over, on the disk itself.</summary>
    public void FlipBit(string path, long offset, int bit = 0) => _names[path].FlipBit(offset, bit);

    /// <summary>Cuts a file, on the disk itself.</summary>
    public void Cut(string path, long length) => _names[path].Cut(length);

    /// <summary>The files of a directory and their lengths, by name.</summary>
    public IReadOnlyList<(string Path, int Length)> FilesUnder(string directory) =>
        [.. _names.Where(name => Path.GetDirectoryName(name.Key) == directory).Select(name => (name.Key, name.Value.Length))];

    /// <summary>A file's bytes as they are read now.</summary>
    public byte[] Bytes(string path) => _names[path].Live.ToArray();

    /// <summary>The process dies, and with it its open files and locks; then faults ordered before are over.</summary>
    public void Crash(CrashMode mode)
    {
        _boots++;
        _locks.Clear();
        ForgetFaults();
        if (mode == CrashMode.ProcessOnly)
            return;
        int kept = mode switch
        {
            CrashMode.LoseUnsynced => 0,
            CrashMode.KeepAll => _unsyncedNames.Count,
            _ => _draws.UpTo(_unsyncedNames.Count),
        };
        foreach (NameChange change in _unsyncedNames.Take(kept))
            change.Apply(_durableNames);
        _unsyncedNames.Clear();
        _names = new SortedDictionary<string, DiskContent>(_durableNames, StringComparer.Ordinal);
        foreach (DiskContent content in _names.Values)
            content.Crash(mode, _draws);
    }

    /// <summary>An exact copy, to try many faults on one history.</summary>
    public static SimulatedDisk Restore(ulong seed, IReadOnlyDictionary<string, byte[]> files)
    {
        var disk = new SimulatedDisk(seed);
        foreach ((string path, byte[] bytes) in files)
        {
            disk.CreateDirectory(Path.GetDirectoryName(path)!);
            var content = new DiskContent();
            content.Append(bytes);
            content.Flush();
            disk._names[path] = disk._durableNames[path] = content;
        }

        return disk;
    }

    /// <summary>All files with their bytes, for <see cref="Restore"/>.</summary>
    public IReadOnlyDictionary<string, byte[]> Image() => _names.ToDictionary(name => name.Key, name => name.Value.Live.ToArray());

    /// <inheritdoc/>
    public void CreateDirectory(string directory)
    {
        Step("create the directory " + directory);
        for (string? at = directory; !string.IsNullOrEmpty(at); at = Path.GetDirectoryName(at))
            _directories.Add(at);
    }

    /// <inheritdoc/>
    public bool HasDirectories(string directory) => _directories.Any(path => Path.GetDirectoryName(path) == directory);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => _directories.Contains(directory)
        ? [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path)!)]
        : throw new DirectoryNotFoundException($"There is no directory {directory}.");

    /// <inheritdoc/>
    public IFile Open(string path, bool create)
    {
        if (!_names.TryGetValue(path, out DiskContent? content))
        {
            if (!create)
                throw new FileNotFoundException($"There is no file {path}.", path);
            if (!_directories.Contains(Path.GetDirectoryName(path)!))
                throw new DirectoryNotFoundException($"There is no directory for {path}.");
            Step("create " + path);
            content = new DiskContent();
            Change(new NameChange(null, path, content));
        }

        return new OpenFile(this, path, content);
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (Path.GetDirectoryName(from) != Path.GetDirectoryName(to))
            throw new IOException($"{from} and {to} are not in one directory.");
        Step($"rename {from} to {to}");
        if (!_names.TryGetValue(from, out DiskContent? content))
            throw new FileNotFoundException($"There is no file {from}.", from);
        Change(new NameChange(from, to, content));
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        Step("delete " + path);
        if (_names.ContainsKey(path))
            Change(new NameChange(path, null, null));
    }

    /// <inheritdoc/>
    public void FlushDirectory(string directory)
    {
        Step("flush the directory " + directory);
        foreach (NameChange change in _unsyncedNames.Where(change => change.Directory == directory))
            change.Apply(_durableNames);
        _unsyncedNames.RemoveAll(change => change.Directory == directory);
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory) => CapacityBytes - UsedBytes;

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => _locks.Add(path) ? new Lock(this, path) : null;

    private void Change(NameChange change)
    {
        change.Apply(_names);
        _unsyncedNames.Add(change);
    }

    private void Step(string what)
    {
        Steps++;
        if (_stepsLeft == 0)
            throw new IOException($"The power is off: cannot {what}.");
        if (_stepsLeft != int.MaxValue)
            _stepsLeft--;
    }

    /// <summary>A creation (only to), a rename (both) or a deletion (only from).</summary>
    private sealed record NameChange(string? From, string? To, DiskContent? Content)
    {
        public string? Directory => Path.GetDirectoryName(From ?? To);

        public void Apply(SortedDictionary<string, DiskContent> names)
        {
            if (From is not null)
                names.Remove(From);
            if (To is not null)
                names[To] = Content!;
        }
    }

    private sealed class Lock(SimulatedDisk disk, string path) : IDisposable
    {
        private readonly int _boot = disk._boots;
        private bool _isReleased;

        public void Dispose()
        {
            if (!_isReleased && _boot == disk._boots)
                disk._locks.Remove(path);
            _isReleased = true;
        }
    }

    private sealed class OpenFile(SimulatedDisk disk, string path, DiskContent content) : IFile
    {
        private readonly int _boot = disk._boots;
        private bool _isClosed;

        public long Length => content.Length;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            ThrowIfGone();
            disk.Step("write " + path);
            long fits = Math.Min(Math.Min(bytes.Length, disk._writableBytes), Math.Max(0, disk.FreeBytes(path)));
            content.Append(bytes[..(int)fits]);
            if (disk._writableBytes != long.MaxValue)
                disk._writableBytes -= fits;
            if (fits < bytes.Length)
                throw disk._writableBytes == 0 ? new IOException($"Writing {path} failed.") : new DiskFullException(path);
        }

        public int Read(long offset, Span<byte> into)
        {
            ThrowIfGone();
            ReadOnlySpan<byte> rest = content.Live[(int)Math.Min(offset, content.Length)..];
            rest = rest[..Math.Min(rest.Length, into.Length)];
            rest.CopyTo(into);
            return rest.Length;
        }

        public void Flush()
        {
            ThrowIfGone();
            disk.Step("flush " + path);
            if (disk._failNextFlush)
            {
                disk._failNextFlush = false;
                content.FailFlush();
                throw new IOException($"Flushing {path} failed.");
            }

            content.Flush();
        }

        public void Dispose() => _isClosed = true;

        private void ThrowIfGone()
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            if (_boot != disk._boots)
                throw new IOException($"{path} was opened before a crash.");
        }
    }
}
