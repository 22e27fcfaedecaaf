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
    private readonly Dictionary<int, GroupTail> _tails;
    private IFile _file;
    private long _segment;
    private long _earlierBytes;
    private long _syncedBytes;
    private bool _endsClean;
    private bool _isClosed;
    private Exception? _failure;

    private WriteAheadLog(IFileSystem files, string directory, WriteAheadLogOptions options, LogRecovery recovery, IFile file)
    {
        _files = files;
        _directory = directory;
        _options = options;
        _file = file;
        _segment = recovery.Segment;
        _earlierBytes = recovery.EarlierBytes;
        _syncedBytes = recovery.SyncedBytes;
        _endsClean = recovery.EndsClean;
        _tails = new Dictionary<int, GroupTail>(recovery.Tails);
        _buffer.HeaderCrc = recovery.HeaderCrc;
    }

    /// <inheritdoc/>
    public long SizeBytes => _earlierBytes + _file.Length;

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
        if (persist.TruncateFrom != 0)
            wrong ??= tail.Truncate(persist.TruncateFrom, 0);
        foreach (Entry entry in persist.Entries)
            wrong ??= tail.Take(entry) ?? CheckSize(RecordBuffer.SizeOf(entry));
        if (wrong is null && persist.LastIndex != tail.LastIndex)
            wrong = $"the last entry is to be {persist.LastIndex}, but is {tail.LastIndex}";
        return wrong is null
            ? persist.State is null && persist.TruncateFrom == 0 && persist.Entries.IsEmpty
            : throw new InvalidOperationException($"The log refuses persist {persist.Sequence} of group {persist.Group}: {wrong}.");
    }

    private string? CheckSize(long sizeBytes) => sizeBytes <= _options.MaxRecordBytes
        ? null
        : $"a record of {sizeBytes} bytes is over the limit of {_options.MaxRecordBytes}";

    /// <summary>State, truncation, entries: in this order every prefix of the records is a state that could have been.</summary>
    private void Encode(Persist persist)
    {
        if (persist.State is { } state)
        {
            MakeRoom();
            _buffer.Add(persist.Group, state);
        }

        if (persist.TruncateFrom != 0)
        {
            MakeRoom();
            _buffer.AddTruncation(persist.Group, persist.TruncateFrom);
        }

        foreach (Entry entry in persist.Entries)
        {
            MakeRoom();
            _buffer.Add(persist.Group, entry);
        }
    }

    private void BeginBatch()
    {
        if (_file.Length >= _options.SegmentSizeBytes)
            Roll();
        AddBatchHeader();
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
        _earlierBytes += closedBytes;
        _syncedBytes = next.Length;
        _buffer.HeaderCrc = crc;
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
