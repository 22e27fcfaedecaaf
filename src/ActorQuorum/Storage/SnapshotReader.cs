using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Storage;

/// <summary>
/// Reads a snapshot block by block. A block's bytes are given out only after its checksum matched, and the whole counts only after
/// <see cref="Finish"/>. One thread at a time.
/// </summary>
internal sealed class SnapshotReader : ISnapshotSource, IDisposable
{
    private readonly IFile _file;
    private readonly string _path;
    private readonly IncrementalHash? _hash;
    private byte[] _block = [];
    private int _filled;
    private int _taken;
    private long _at;
    private uint _crc;
    private bool _isAtEnd;

    /// <summary>Opens a snapshot and checks its head.</summary>
    /// <param name="file">The file, which this owns from now on.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <param name="withHash">Whether the hash is checked, too. The blocks' checksums are, in any case.</param>
    public SnapshotReader(IFile file, string path, bool withHash)
    {
        (_file, _path) = (file, path);
        Head = ReadHead(file, path, out byte[] bytes);
        _hash = withHash ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _hash?.AppendData(bytes);
        _crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)));
        _at = bytes.Length;
    }

    /// <summary>What the snapshot stands for.</summary>
    public SnapshotHead Head { get; }

    /// <inheritdoc/>
    public long MostRemainingBytes => _file.Length - _at + _filled - _taken;

    /// <inheritdoc/>
    public void Read(Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            if (_taken == _filled && !NextBlock())
                throw Damaged("the state breaks off");
            ReadOnlySpan<byte> given = _block.AsSpan(_taken, Math.Min(into.Length, _filled - _taken));
            given.CopyTo(into);
            _taken += given.Length;
            into = into[given.Length..];
        }
    }

    /// <inheritdoc/>
    public SnapshotDamagedException Damaged(string what) => new(_path, _at, what);

    /// <summary>Passes over what is left of the state, checking it all the same.</summary>
    public void Skip()
    {
        while (NextBlock())
        {
        }

        _taken = _filled;
    }

    /// <summary>Checks that the state ends here, that the file is whole, and its hash, if that was asked for.</summary>
    public void Finish()
    {
        if (_taken < _filled || (!_isAtEnd && NextBlock()))
            throw Damaged("bytes follow behind the state");
        if (_hash is null)
            return;
        Span<byte> stated = stackalloc byte[SnapshotFormat.HashBytes];
        if (_file.Read(_file.Length - SnapshotFormat.HashBytes, stated) < stated.Length || !stated.SequenceEqual(_hash.GetHashAndReset()))
            throw Damaged("its SHA-256 does not match");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash?.Dispose();
    }

    /// <summary>Reads and checks the next block; false at the end, which is checked as well.</summary>
    private bool NextBlock()
    {
        if (_isAtEnd)
            return false;
        Span<byte> head = stackalloc byte[SnapshotFormat.BlockHeadBytes];
        if (_file.Read(_at, head) < head.Length)
            throw Damaged("it breaks off before its end");
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (length == 0)
            return CheckEnd(head);
        if (length < 0 || length > SnapshotFormat.LargestBlockBytes)
            throw Damaged($"a block is to have {length} bytes, the most are {SnapshotFormat.LargestBlockBytes}");
        if (length > _file.Length - _at - head.Length)
            throw Damaged($"a block is to have {length} bytes, but only {_file.Length - _at - head.Length} follow");
        if (_block.Length < length)
            _block = new byte[length];
        Span<byte> block = _block.AsSpan(0, length);
        if (_file.Read(_at + head.Length, block) < length)
            throw Damaged("a block breaks off");
        CheckCrc(head, block, "a block");
        _at += head.Length + length;
        (_filled, _taken) = (length, 0);
        return true;
    }

    private bool CheckEnd(ReadOnlySpan<byte> head)
    {
        Span<byte> stated = stackalloc byte[sizeof(long)];
        if (_file.Read(_at + head.Length, stated) < stated.Length)
            throw Damaged("it breaks off at its end");
        CheckCrc(head, stated, "its end");
        long length = BinaryPrimitives.ReadInt64LittleEndian(stated);
        if (length != _file.Length || length != SnapshotFormat.LengthOf(_at))
            throw Damaged($"it has {_file.Length} bytes, but states {length}");
        byte[] padding = new byte[length - SnapshotFormat.HashBytes - _at - SnapshotFormat.EndBytes];
        if (_file.Read(_at + SnapshotFormat.EndBytes, padding) < padding.Length || padding.AsSpan().ContainsAnyExcept((byte)0))
            throw Damaged("between its end and its hash there is something");
        _hash?.AppendData(padding);
        _at = length;
        (_filled, _taken, _isAtEnd) = (0, 0, true);
        return false;
    }

    /// <summary>A file that is no snapshot is let go here: nobody else could.</summary>
    private static SnapshotHead ReadHead(IFile file, string path, out byte[] bytes)
    {
        try
        {
            return SnapshotHead.Read(file, path, out bytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private void CheckCrc(ReadOnlySpan<byte> head, ReadOnlySpan<byte> bytes, string what)
    {
        uint crc = Crc32C.Append(Crc32C.Append(_crc, head[..sizeof(int)]), bytes);
        if (crc != BinaryPrimitives.ReadUInt32LittleEndian(head[sizeof(int)..]))
            throw Damaged($"the checksum of {what} does not match");
        _crc = crc;
        _hash?.AppendData(head);
        _hash?.AppendData(bytes);
    }
}
