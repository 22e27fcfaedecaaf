using System.Buffers.Binary;
using System.Globalization;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>The first 64 bytes of a segment (docs/storage.md, "Segment header").</summary>
/// <param name="ClusterId">The cluster the log belongs to.</param>
/// <param name="Member">The member the log belongs to.</param>
/// <param name="Incarnation">The data directory the log belongs to.</param>
/// <param name="Segment">The segment's number, from 1 without gaps.</param>
/// <param name="PreviousBytes">The final length of the segment before, so that one that lost its end is found out; 0 in the first.</param>
internal sealed record SegmentHeader(ulong ClusterId, MemberId Member, ulong Incarnation, long Segment, long PreviousBytes)
{
    public const int SizeBytes = 64;
    public const uint FormatVersion = 1;

    private const int CrcAt = 60;
    private const string Suffix = ".wal";
    private const int Digits = 16;

    private static ReadOnlySpan<byte> Magic => "AQ-WAL\r\n"u8;

    /// <summary>The name of a segment's file. Names sort as the numbers do.</summary>
    public static string NameOf(long segment) => segment.ToString("D16", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>The segment number in a file's name, or null if it is no segment's name.</summary>
    public static long? NumberOf(string name) =>
        name.Length == Digits + Suffix.Length && name.EndsWith(Suffix, StringComparison.Ordinal)
        && long.TryParse(name.AsSpan(0, Digits), NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
            ? number
            : null;

    /// <summary>Writes the header; returns its CRC, which the CRC of every record of the segment continues.</summary>
    public uint Write(Span<byte> into)
    {
        into = into[..SizeBytes];
        into.Clear();
        Magic.CopyTo(into);
        BinaryPrimitives.WriteUInt32LittleEndian(into[8..], FormatVersion);
        BinaryPrimitives.WriteUInt64LittleEndian(into[16..], ClusterId);
        BinaryPrimitives.WriteUInt64LittleEndian(into[24..], Member.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(into[32..], Incarnation);
        BinaryPrimitives.WriteInt64LittleEndian(into[40..], Segment);
        BinaryPrimitives.WriteInt64LittleEndian(into[48..], PreviousBytes);
        uint crc = Crc32C.Append(0, into[..CrcAt]);
        BinaryPrimitives.WriteUInt32LittleEndian(into[CrcAt..], crc);
        return crc;
    }

    /// <summary>Reads the header of the segment <paramref name="file"/> and gives its CRC.</summary>
    /// <exception cref="StorageDamagedException">It is short, or its bytes are wrong.</exception>
    /// <exception cref="NewerFormatException">Its format is unknown.</exception>
    public static SegmentHeader Read(ReadOnlySpan<byte> bytes, string file, out uint crc)
    {
        if (bytes.Length < SizeBytes)
            throw new StorageDamagedException(file, 0, $"a segment header has {SizeBytes} bytes, the file only {bytes.Length}");
        if (!bytes.StartsWith(Magic))
            throw new StorageDamagedException(file, 0, "it does not start as a segment of a log does");
        crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..]);
        if (crc != Crc32C.Append(0, bytes[..CrcAt]))
            throw new StorageDamagedException(file, 0, "the segment header's checksum does not match");
        // Every version keeps the magic, the version and the checksum at their places, so that rot is not taken for progress.
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != FormatVersion)
            throw new NewerFormatException(file, 8, $"the log's format is {version}, known is {FormatVersion}");
        return new SegmentHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..])),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]));
    }
}
