using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>
/// The segmented, append-only write-ahead log of all groups of a node (docs/storage.md). One thread at a time.
/// </summary>
internal sealed class WriteAheadLog : ILogStore
{
    /// <summary>What is encoded before it is handed to the file: bounds the buffer, whatever a batch holds.</summary>
    private const int ChunkBytes = 4 << 20;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly WriteAheadLogOptions _options;
    private readonly RecordBuffer _buffer = new();
    private readonly LogSegments _segments;

    /// <summary>Where each group's log will end once the batch that is checked is written, and where it ends after what was encoded.</summary>
    private readonly Dictionary<int, GroupTail> _tails;
    private readonly Dictionary<int, GroupTail> _encoded;
    private IFile _file;
    private long _segment;
    private long _syncedBytes;
    private bool _endsClean;
    private bool _wasReset;
    private bool _isClosed;
    private Exception? _failure;

    private WriteAheadLog(IFileSystem files, string directory, WriteAheadLogOptions options, LogRecovery recovery, IFile file)
    {
        _files = files;
        _directory = directory;
        _options = options;
        _file = file;
        _segment = recovery.Segment;
        _syncedBytes = recovery.SyncedBytes;
        _endsClean = recovery.EndsClean;
        _segments = recovery.Segments;
        _tails = recovery.Tails;
        _encoded = _tails.ToDictionary(tail => tail.Key, tail => tail.Value.Clone());
        _buffer.HeaderCrc = recovery.HeaderCrc;
    }

    /// <inheritdoc/>
    public long SizeBytes => _segments.EarlierBytes + _file.Length;

    /// <summary>Opens the log in a directory and recovers what it holds; creates the first segment where there is none.</summary>
    /// <exception cref="StorageDamagedException">Bytes that were known to be on disk are damaged.</exception>
    /// <exception cref="DataDirectoryException">A segment belongs to another node, cluster or data directory.</exception>
    /// <exception cref="NewerFormatException">A newer version wrote it.</exception>
    public static WriteAheadLog Open(IFileSystem files, string directory, WriteAheadLogOptions options, out RecoveredLog recovered)
    {
        options.Validate();
        var recovery = new LogRecovery(files, directory, options);
        IFile file = recovery.Run();
        recovered = recovery.Result;
        return new WriteAheadLog(files, directory, options, recovery, file);
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Persist> batch)
    {
        ThrowIfUnusable();
        try
        {
            bool isEmpty = true;
            foreach (Persist persist in batch)
                isEmpty &= Check(persist);
            if (isEmpty)
                return;
            BeginBatch();
            foreach (Persist persist in batch)
                Encode(persist);
            AppendBuffer();
        }
        catch (Exception cause)
        {
            _failure = cause;
            throw;
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        ThrowIfUnusable();
        try
        {
            FlushFile();
        }
        catch (Exception cause)
        {
            _failure = cause;
            throw;
        }
    }

    /// <inheritdoc/>
    public Action? TakeTrim()
    {
        // Only what is durable counts, and all that was encoded is, after a flush.
        if (_isClosed || _failure is not null || _syncedBytes != _file.Length || _buffer.Count > 0)
            return null;
        IReadOnlyList<string> unneeded = _segments.TakeUnneeded(_encoded);
        return unneeded.Count == 0 ? null : () => SegmentFile.Delete(_files, _directory, unneeded);
    }

    /// <inheritdoc/>
    public void Close()
    {
        ThrowIfUnusable();
        try
        {
            if (!_endsClean)
            {
                // The mark states a fact only if the flush of all before it has already succeeded.
                FlushFile();
                _buffer.Add(RecordKind.CleanStop, new SyncMark(_segment, _syncedBytes, _file.Length));
                AppendBuffer();
                FlushFile();
            }
        }
        catch (Exception cause)
        {
            _failure = cause;
            throw;
        }

        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isClosed = true;
        _file.Dispose();
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (_failure is not null)
        {
            throw new IOException(
                $"The log in {_directory} takes nothing more after a failure ({_failure.Message}). Start the node again.", _failure);
        }
    }

    /// <summary>Checks a persist before any of its batch is written; returns whether there is nothing in it to write.</summary>
    private bool Check(Persist persist)
    {
        if (!_tails.TryGetValue(persist.Group, out GroupTail? tail))
            _tails.Add(persist.Group, tail = new GroupTail());
        string? wrong = null;
        if (persist.State is { } state)
            wrong = tail.Take(state) ?? CheckSize(RecordBuffer.SizeOf(state));
        if (persist.Base is { } place)
            wrong ??= Rebase(tail, place);
        if (persist.TruncateFrom != 0)
            wrong ??= tail.Truncate(persist.TruncateFrom);
        foreach (Entry entry in persist.Entries)
            wrong ??= tail.Take(entry) ?? CheckSize(RecordBuffer.SizeOf(entry));
        if (wrong is null && persist.LastIndex != tail.LastIndex)
            wrong = $"the last entry is to be {persist.LastIndex}, but is {tail.LastIndex}";
        return wrong is null
            ? persist is { State: null, Base: null, TruncateFrom: 0, Entries.IsEmpty: true }
            : throw new InvalidOperationException($"The log refuses persist {persist.Sequence} of group {persist.Group}: {wrong}.");
    }

    private string? CheckSize(long sizeBytes) => sizeBytes <= _options.MaxRecordBytes
        ? null
        : $"a record of {sizeBytes} bytes is over the limit of {_options.MaxRecordBytes}";

    /// <summary>State, base, truncation, entries: in this order every prefix of the records is a state that could have been.</summary>
    private void Encode(Persist persist)
    {
        GroupTail tail = _encoded.TryGetValue(persist.Group, out GroupTail? known) ? known : _encoded[persist.Group] = new GroupTail();
        if (persist.State is { } state)
        {
            MakeRoom();
            _buffer.Add(persist.Group, state);
            tail.Take(state);
        }

        if (persist.Base is { } place)
        {
            MakeRoom();
            _buffer.Add(persist.Group, place.IsReset ? PlaceMeaning.Reset : PlaceMeaning.Compacted, new LogPlace(place.Index, place.Term));
            Rebase(tail, place);
            _wasReset |= place.IsReset;
        }

        if (persist.TruncateFrom != 0)
        {
            MakeRoom();
            _buffer.AddTruncation(persist.Group, persist.TruncateFrom);
            tail.Truncate(persist.TruncateFrom);
        }

        foreach (Entry entry in persist.Entries)
        {
            MakeRoom();
            _buffer.Add(persist.Group, entry);
            tail.Take(entry);
        }
    }

    private static string? Rebase(GroupTail tail, LogBase place) =>
        place.IsReset ? tail.Reset(new LogPlace(place.Index, place.Term)) : tail.Compact(new LogPlace(place.Index, place.Term));

    private void BeginBatch()
    {
        // All before a log that was reset goes with the next segment: it is not waited for until this one is full.
        if (_file.Length >= _options.SegmentSizeBytes || _wasReset)
        {
            Roll();
            AddBatchHeader();
            AddBeginnings();
        }
        else
        {
            AddBatchHeader();
        }
    }

    private void AddBatchHeader() =>
        _buffer.Add(RecordKind.Batch, new SyncMark(_segment, _syncedBytes, _file.Length + _buffer.Count));

    /// <summary>As any prefix of the records is fine, a batch may be cut between any two of them.</summary>
    private void MakeRoom()
    {
        if (_file.Length + _buffer.Count >= _options.SegmentSizeBytes)
        {
            Roll();
            AddBatchHeader();
            AddBeginnings();
        }
        else if (_buffer.Count >= ChunkBytes)
        {
            AppendBuffer();
        }
    }

    private void Roll()
    {
        AppendBuffer();
        FlushFile();
        long closedBytes = _file.Length;
        var header = new SegmentHeader(_options.ClusterId, _options.Member, _options.Incarnation, _segment + 1, closedBytes);
        IFile next = SegmentFile.Create(_files, _directory, header, out uint crc);
        _file.Dispose();
        _file = next;
        _segment++;
        _segments.Close(closedBytes);
        _segments.Begin(_segment, _encoded);
        _syncedBytes = next.Length;
        _buffer.HeaderCrc = crc;
        _wasReset = false;
    }

    /// <summary>State and place of each group: so that a start may begin here, once all before is in a snapshot.</summary>
    private void AddBeginnings()
    {
        foreach ((int group, GroupTail tail) in _encoded)
        {
            // A group that never wrote anything is not there.
            if (tail.State.Equals(HardState.Initial))
                continue;
            _buffer.Add(group, tail.State);
            _buffer.Add(group, PlaceMeaning.SegmentBegins, tail.Last);
            _segments.SaysWhereItBegins();
        }
    }

    private void AppendBuffer()
    {
        if (_buffer.Count == 0)
            return;
        _file.Append(_buffer.Bytes);
        _buffer.Clear();
        _endsClean = false;
    }

    private void FlushFile()
    {
        if (_syncedBytes == _file.Length)
            return;
        _file.Flush();
        _syncedBytes = _file.Length;
    }
}
