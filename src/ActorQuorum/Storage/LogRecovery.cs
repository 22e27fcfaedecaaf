namespace ActorQuorum.Storage;

/// <summary>
/// Reads a log back (docs/storage.md, "Recovery"): what lies below the highest known-synced mark must be whole,
/// what lies above it is kept up to the first damage, and is made durable before anyone relies on it.
/// </summary>
internal sealed class LogRecovery(IFileSystem files, string directory, WriteAheadLogOptions options)
{
    private readonly SortedDictionary<int, GroupReplay> _groups = [];
    private readonly List<string> _notes = [];
    private byte[] _bytes = [];
    private long _firstSegment = 1;

    /// <summary>The segments that were found.</summary>
    public LogSegments Segments { get; } = new(directory);

    /// <summary>The number of the last segment.</summary>
    public long Segment { get; private set; }

    /// <summary>The CRC of the last segment's header.</summary>
    public uint HeaderCrc { get; private set; }

    /// <summary>Up to where the last segment is known synced.</summary>
    public long SyncedBytes { get; private set; }

    /// <summary>Whether the last record is the mark of a clean stop.</summary>
    public bool EndsClean { get; private set; }

    /// <summary>Where each group's log ends.</summary>
    public Dictionary<int, GroupTail> Tails => _groups.ToDictionary(group => group.Key, group => group.Value.Tail);

    /// <summary>What the log held.</summary>
    public RecoveredLog Result =>
        new(new SortedDictionary<int, RecoveredGroup>(_groups.ToDictionary(group => group.Key, group => group.Value.Result)), _notes);

    /// <summary>Reads all segments; returns the last one, open at its end.</summary>
    public IFile Run()
    {
        files.CreateDirectory(directory);
        List<long> segments = FindSegments();
        // The process before may have died between a rename and this; what is read here must stay.
        files.FlushDirectory(directory);
        if (segments.Count == 0)
            return CreateFirst();
        _firstSegment = segments[0];
        long? previousBytes = _firstSegment == 1 ? 0 : null;
        foreach (long segment in segments)
        {
            string path = PathOf(segment);
            ReadOnlySpan<byte> bytes = ReadWhole(path);
            CheckHeader(bytes, path, segment, previousBytes);
            previousBytes = bytes.Length;
            Segments.Begin(segment, Tails);
            if (segment == segments[^1])
                return RecoverLast(bytes, path);
            (int end, string? damage) = Replay(bytes, path);
            // The next segment exists only because this one was flushed whole.
            if (damage is not null)
                throw new StorageDamagedException(path, end, damage);
            CheckBeginning(path, segment);
            Segments.Close(bytes.Length);
        }

        throw new InvalidOperationException("Unreachable: the last segment was not met.");
    }

    private string PathOf(long segment) => Path.Combine(directory, SegmentHeader.NameOf(segment));

    private List<long> FindSegments()
    {
        var segments = new List<long>();
        foreach (string name in files.List(directory))
        {
            if (name.EndsWith(SegmentFile.AsideSuffix, StringComparison.Ordinal))
            {
                files.Delete(Path.Combine(directory, name));
                _notes.Add($"Deleted {Path.Combine(directory, name)}, which a crash had left unfinished.");
            }
            else if (SegmentHeader.NumberOf(name) is { } number)
            {
                segments.Add(number);
            }
            else
            {
                _notes.Add($"Left {Path.Combine(directory, name)} alone: it is no part of the log.");
            }
        }

        // Those before the first may have been given up for a snapshot, whose index tells whether it was rightly so.
        for (int i = 1; i < segments.Count; i++)
        {
            long expected = segments[i - 1] + 1;
            if (segments[i] != expected)
                throw new StorageDamagedException(PathOf(expected), 0, $"the segment is missing, though {PathOf(segments[i])} is there");
        }

        return segments;
    }

    private IFile CreateFirst()
    {
        IFile file = SegmentFile.Create(
            files, directory, new SegmentHeader(options.ClusterId, options.Member, options.Incarnation, 1, 0), out uint crc);
        (Segment, HeaderCrc, SyncedBytes) = (1, crc, file.Length);
        Segments.Begin(1, Tails);
        return file;
    }

    private ReadOnlySpan<byte> ReadWhole(string path)
    {
        using IFile file = files.Open(path, create: false);
        const long LargestBytes = WriteAheadLogOptions.LargestSegmentBytes + WriteAheadLogOptions.LargestRecordBytes;
        if (file.Length > LargestBytes)
            throw new StorageDamagedException(path, LargestBytes, $"the segment has {file.Length} bytes, more than any can have");
        int length = (int)file.Length;
        if (_bytes.Length < length)
            _bytes = new byte[length];
        int read = file.Read(0, _bytes.AsSpan(0, length));
        return read == length
            ? _bytes.AsSpan(0, length)
            : throw new IOException($"Reading {path} ended after {read} of {length} bytes.");
    }

    private void CheckHeader(ReadOnlySpan<byte> bytes, string path, long segment, long? previousBytes)
    {
        SegmentHeader header = SegmentHeader.Read(bytes, path, out uint crc);
        if (header.ClusterId != options.ClusterId || header.Member != options.Member || header.Incarnation != options.Incarnation)
        {
            throw new DataDirectoryException(
                $"{path} belongs to member {header.Member} of cluster {header.ClusterId:x16} (data directory {header.Incarnation:x16}), "
                + $"this is member {options.Member} of cluster {options.ClusterId:x16} (data directory {options.Incarnation:x16}). "
                + "Put the right file back; nothing was changed.");
        }

        if (header.Segment != segment)
            throw new StorageDamagedException(path, 0, $"the file is named as segment {segment}, but is segment {header.Segment}");
        if (previousBytes is { } closedBytes && header.PreviousBytes != closedBytes)
        {
            throw new StorageDamagedException(
                PathOf(segment - 1), Math.Min(closedBytes, header.PreviousBytes),
                $"the segment has {closedBytes} bytes, but was closed with {header.PreviousBytes}");
        }

        (Segment, HeaderCrc) = (segment, crc);
        // Records are appended only to a segment whose header is durable.
        SyncedBytes = SegmentHeader.SizeBytes;
    }

    /// <summary>Applies records up to the end or the first damage: where that is, and what.</summary>
    private (int End, string? Damage) Replay(ReadOnlySpan<byte> bytes, string path)
    {
        int at = SegmentHeader.SizeBytes;
        while (at < bytes.Length)
        {
            if (Record.TryRead(bytes, at, HeaderCrc, out Record record) is { } damage)
                return (at, damage);
            Apply(record, path, at);
            at += record.SizeBytes;
        }

        return (at, null);
    }

    private void Apply(Record record, string path, int at)
    {
        EndsClean = record.Kind == RecordKind.CleanStop;
        string? wrong = null;
        switch (record.Kind)
        {
            case RecordKind.Batch or RecordKind.CleanStop:
                if (SyncMark.TryRead(record.Payload, Segment, at) is { } mark)
                    SyncedBytes = Math.Max(SyncedBytes, mark.SyncedOffset);
                else
                    wrong = "a mark does not fit the place where it stands";
                break;
            case RecordKind.Entry or RecordKind.State or RecordKind.Truncation or RecordKind.Snapshot:
                if (!_groups.TryGetValue(record.Group, out GroupReplay? group))
                    _groups.Add(record.Group, group = new GroupReplay(mayBegin: Segment == _firstSegment && _firstSegment > 1));
                wrong = group.Apply(record);
                if (RecordPayload.IsBeginning(record))
                    Segments.SaysWhereItBegins();
                break;
            default:
                throw new NewerFormatException(path, at, $"a record of kind {(int)record.Kind}");
        }

        if (wrong is not null)
            throw new StorageDamagedException(path, at, wrong);
    }

    /// <summary>The segments before the first are gone only if it says, durably, where the log stood.</summary>
    private void CheckBeginning(string path, long segment)
    {
        if (segment == _firstSegment && segment > 1 && !Segments.LastSaysWhereItBegins)
            throw new StorageDamagedException(path, 0, $"the segment is the first, but does not say where the log stood; {PathOf(segment - 1)} is missing");
    }

    private IFile RecoverLast(ReadOnlySpan<byte> bytes, string path)
    {
        (int end, string? damage) = Replay(bytes, path);
        if (damage is not null)
        {
            long mark = SyncMark.HighestAfter(bytes, end + 1, HeaderCrc, Segment);
            if (Math.Max(SyncedBytes, mark) > end)
                throw new StorageDamagedException(path, end, damage);
            _notes.Add($"Cut a torn tail of {bytes.Length - end} bytes at {path}:{end} ({damage}).");
        }

        CheckBeginning(path, Segment);

        // Nobody says that what lies above the mark is on disk: it may stand only in the page cache, even after a flush that failed.
        // A copy that was flushed without error is certain. That goes for the mark of a clean stop, too: its own flush may have failed.
        if (damage is null && end == SyncedBytes)
            return files.Open(path, create: false);
        IFile copy = SegmentFile.Place(files, directory, Path.GetFileName(path), bytes[..end]);
        SyncedBytes = end;
        return copy;
    }
}
