using System.Buffers.Binary;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>What a snapshot stands for: the first bytes of its file (docs/storage.md, "A snapshot").</summary>
/// <param name="ClusterId">The cluster it is of.</param>
/// <param name="Group">The Raft group.</param>
/// <param name="Mark">The last entry that it stands for, and what the log up to there said of the cluster.</param>
/// <param name="Created">When it was begun, by the clock of the machine that wrote it. For people only.</param>
internal sealed record SnapshotHead(ulong ClusterId, int Group, SnapshotMark Mark, DateTimeOffset Created)
{
    public const uint FormatVersion = 1;

    /// <summary>Up to the mark.</summary>
    public const int FixedBytes = 40;

    /// <summary>The largest head: thousands of members.</summary>
    public const int LargestBytes = 1 << 20;

    private const int CrcBytes = sizeof(uint);
    private const long LatestMilliseconds = 253_402_300_799_999;

    /// <summary>The last entry that it stands for.</summary>
    public long Index => Mark.Index;

    /// <summary>That entry's term.</summary>
    public long Term => Mark.Term;

    /// <summary>The first eight bytes of a snapshot.</summary>
    public static ReadOnlySpan<byte> Magic => "AQSNAP\r\n"u8;

    /// <summary>The bytes; their last four are the CRC that the first block's continues.</summary>
    public byte[] ToBytes()
    {
        byte[] mark = Mark.Encode();
        byte[] bytes = new byte[FixedBytes + mark.Length + CrcBytes];
        if (bytes.Length > LargestBytes)
            throw new InvalidOperationException($"A snapshot's head of {bytes.Length} bytes is over the limit of {LargestBytes}.");
        Span<byte> into = bytes;
        Magic.CopyTo(into);
        BinaryPrimitives.WriteUInt32LittleEndian(into[8..], FormatVersion);
        BinaryPrimitives.WriteInt32LittleEndian(into[12..], bytes.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(into[16..], ClusterId);
        BinaryPrimitives.WriteInt64LittleEndian(into[24..], Created.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32LittleEndian(into[32..], Group);
        BinaryPrimitives.WriteInt32LittleEndian(into[36..], mark.Length);
        mark.CopyTo(into[FixedBytes..]);
        BinaryPrimitives.WriteUInt32LittleEndian(into[^CrcBytes..], Crc32C.Append(0, into[..^CrcBytes]));
        return bytes;
    }

    /// <summary>Reads the head of a snapshot; gives its bytes, for whoever hashes them.</summary>
    /// <exception cref="SnapshotDamagedException">It is none, or damaged.</exception>
    /// <exception cref="NewerFormatException">Its format is unknown.</exception>
    public static SnapshotHead Read(IFile file, string path, out byte[] bytes)
    {
        Span<byte> start = stackalloc byte[FixedBytes];
        if (file.Read(0, start) < start.Length || !start.StartsWith(Magic))
            throw new SnapshotDamagedException(path, 0, "it does not start as a snapshot does");
        int size = BinaryPrimitives.ReadInt32LittleEndian(start[12..]);
        if (size < FixedBytes + CrcBytes || size > LargestBytes || size > file.Length)
            throw new SnapshotDamagedException(path, 12, $"its head is to have {size} bytes, but {file.Length} are there");
        bytes = new byte[size];
        ReadOnlySpan<byte> read = bytes;
        if (file.Read(0, bytes) < size || Crc32C.Append(0, read[..^CrcBytes]) != BinaryPrimitives.ReadUInt32LittleEndian(read[^CrcBytes..]))
            throw new SnapshotDamagedException(path, 0, "the checksum of its head does not match");

        // Every version keeps magic, version, length and checksum at their places, so that rot is not taken for progress.
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(read[8..]);
        if (version != FormatVersion)
            throw new NewerFormatException(path, 8, $"the snapshot's format is {version}, known is {FormatVersion}");
        return Parse(read) ?? throw new SnapshotDamagedException(path, 16, "its head says what cannot be, though its checksum matches");
    }

    private static SnapshotHead? Parse(ReadOnlySpan<byte> read)
    {
        long created = BinaryPrimitives.ReadInt64LittleEndian(read[24..]);
        int group = BinaryPrimitives.ReadInt32LittleEndian(read[32..]);
        if (BinaryPrimitives.ReadInt32LittleEndian(read[36..]) != read.Length - FixedBytes - CrcBytes
            || created is < 0 or > LatestMilliseconds || group < 0
            || !SnapshotMark.TryDecode(read[FixedBytes..^CrcBytes], out SnapshotMark mark) || mark is not { Index: > 0, Term: > 0 })
        {
            return null;
        }

        return new SnapshotHead(
            BinaryPrimitives.ReadUInt64LittleEndian(read[16..]), group, mark, DateTimeOffset.FromUnixTimeMilliseconds(created));
    }
}
