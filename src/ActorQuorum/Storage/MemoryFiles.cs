namespace ActorQuorum.Storage;

/// <summary>Files in memory, for a node without a disk: a snapshot is kept here only as long as it is sent. Any thread may read; one writes.</summary>
internal sealed class MemoryFiles : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Content> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void CreateDirectory(string directory)
    {
    }

    /// <inheritdoc/>
    public bool HasDirectories(string directory)
    {
        lock (_gate)
            return _files.Keys.Any(path => Path.GetDirectoryName(Path.GetDirectoryName(path)) == directory);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory)
    {
        lock (_gate)
            return [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == directory).Select(path => Path.GetFileName(path)!)];
    }

    /// <inheritdoc/>
    public IFile Open(string path, bool create)
    {
        lock (_gate)
        {
            if (!_files.TryGetValue(path, out Content? content))
                _files[path] = content = create ? new Content() : throw new FileNotFoundException($"There is no file {path}.", path);
            return new OpenFile(content);
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            if (!_files.Remove(from, out Content? content))
                throw new FileNotFoundException($"There is no file {from}.", from);
            _files[to] = content;
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        lock (_gate)
            _files.Remove(path);
    }

    /// <inheritdoc/>
    public void FlushDirectory(string directory)
    {
    }

    /// <inheritdoc/>
    public long FreeBytes(string directory) => long.MaxValue;

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => throw new NotSupportedException("Nobody shares a process's memory.");

    /// <summary>In pieces, for one array has an end, and would be copied as it grows.</summary>
    private sealed class Content
    {
        private const int PieceBytes = 1 << 20;
        private readonly Lock _gate = new();
        private readonly List<byte[]> _pieces = [];
        private long _length;

        public long Length => Interlocked.Read(ref _length);

        public void Append(ReadOnlySpan<byte> bytes)
        {
            lock (_gate)
            {
                while (!bytes.IsEmpty)
                {
                    int at = (int)(_length % PieceBytes);
                    if (at == 0)
                        _pieces.Add(new byte[PieceBytes]);
                    ReadOnlySpan<byte> fits = bytes[..Math.Min(bytes.Length, PieceBytes - at)];
                    fits.CopyTo(_pieces[^1].AsSpan(at));
                    Interlocked.Add(ref _length, fits.Length);
                    bytes = bytes[fits.Length..];
                }
            }
        }

        public int Read(long offset, Span<byte> into)
        {
            lock (_gate)
            {
                int total = (int)Math.Clamp(_length - offset, 0, into.Length);
                for (int read = 0; read < total;)
                {
                    byte[] piece = _pieces[(int)((offset + read) / PieceBytes)];
                    int at = (int)((offset + read) % PieceBytes);
                    int count = Math.Min(total - read, PieceBytes - at);
                    piece.AsSpan(at, count).CopyTo(into[read..]);
                    read += count;
                }

                return total;
            }
        }
    }

    private sealed class OpenFile(Content content) : IFile
    {
        public long Length => content.Length;

        public void Append(ReadOnlySpan<byte> bytes) => content.Append(bytes);

        public int Read(long offset, Span<byte> into) => content.Read(offset, into);

        public void Flush()
        {
        }

        public void Dispose()
        {
        }
    }
}
