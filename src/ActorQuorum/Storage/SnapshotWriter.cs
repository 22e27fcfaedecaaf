using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Storage;

/// <summary>Writes a snapshot to a file that nobody reads yet: head, blocks with checksums, end, hash. One thread at a time.</summary>
internal sealed class SnapshotWriter : ISnapshotSink, IDisposable
{
    private readonly IFile _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly int _blockBytes;
    private byte[] _block;
    private int _filled;
    private uint _crc;
    private long _syncedBytes;

    /// <summary>Begins a snapshot in an empty file, which it owns from now on.</summary>
    public SnapshotWriter(IFile file, SnapshotHead head, int blockBytes = SnapshotFormat.BlockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(blockBytes, SnapshotFormat.LargestBlockBytes);
        _file = file;
        _blockBytes = blockBytes;

        // So large an array would lie among those that only a full collection frees, one a snapshot.
        _block = ArrayPool<byte>.Shared.Rent(SnapshotFormat.BlockHeadBytes + blockBytes);
        byte[] bytes = head.ToBytes();
        _crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(bytes.Length - sizeof(uint)));
        Append(bytes);
    }

    /// <inheritdoc/>
    public long WrittenBytes { get; private set; }

    /// <summary>The file's length up to now; of a completed snapshot, its length.</summary>
    public long FileBytes => _file.Length;

    /// <summary>SHA-256 of all before it; of a completed snapshot.</summary>
    public byte[] Hash { get; private set; } = [];

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        WrittenBytes += bytes.Length;
        while (!bytes.IsEmpty)
        {
            Span<byte> room = _block.AsSpan(SnapshotFormat.BlockHeadBytes + _filled, _blockBytes - _filled);
            ReadOnlySpan<byte> fits = bytes[..Math.Min(bytes.Length, room.Length)];
            fits.CopyTo(room);
            _filled += fits.Length;
            bytes = bytes[fits.Length..];
            if (fits.Length == room.Length)
                AppendBlock();
        }
    }

    /// <summary>Makes durable what is in the file. In steps, the system never has so much to write back that others wait for it.</summary>
    public void Flush()
    {
        if (_syncedBytes == _file.Length)
            return;
        _file.Flush();
        _syncedBytes = _file.Length;
    }

    /// <summary>Writes what is left, the end and the hash. Not yet durable.</summary>
    public void Complete()
    {
        if (_filled > 0)
            AppendBlock();
        long length = SnapshotFormat.LengthOf(_file.Length);
        byte[] end = new byte[length - _file.Length - SnapshotFormat.HashBytes];
        BinaryPrimitives.WriteInt64LittleEndian(end.AsSpan(SnapshotFormat.BlockHeadBytes), length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(sizeof(int)), CrcOf(end.AsSpan(0, SnapshotFormat.EndBytes)));
        Append(end);
        Hash = _hash.GetHashAndReset();
        _file.Append(Hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_block.Length == 0)
            return;
        ArrayPool<byte>.Shared.Return(_block);
        _block = [];
        _file.Dispose();
        _hash.Dispose();
    }

    private void AppendBlock()
    {
        Span<byte> block = _block.AsSpan(0, SnapshotFormat.BlockHeadBytes + _filled);
        BinaryPrimitives.WriteInt32LittleEndian(block, _filled);
        _crc = CrcOf(block);
        BinaryPrimitives.WriteUInt32LittleEndian(block[sizeof(int)..], _crc);
        Append(block);
        _filled = 0;
    }

    /// <summary>A block's CRC continues that of all before it: one that is gone, doubled or in another's place shows.</summary>
    private uint CrcOf(ReadOnlySpan<byte> block) =>
        Crc32C.Append(Crc32C.Append(_crc, block[..sizeof(int)]), block[SnapshotFormat.BlockHeadBytes..]);

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _file.Append(bytes);
        _hash.AppendData(bytes);
    }
}
