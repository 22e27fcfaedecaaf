using System.Buffers.Binary;

namespace ActorQuorum.Storage;

/// <summary>What a record of the log is. The numbers stand on disk.</summary>
internal enum RecordKind
{
    /// <summary>Begins a batch and states how far the log was known synced.</summary>
    Batch = 1,

    /// <summary>An entry of the replicated log.</summary>
    Entry = 2,

    /// <summary>Term, vote and identity.</summary>
    State = 3,

    /// <summary>Entries from an index on are gone.</summary>
    Truncation = 4,

    /// <summary>The node stopped cleanly here: all before was synced.</summary>
    CleanStop = 5,

    /// <summary>A place in the log: a snapshot stands for the entries up to it, or a segment begins there.</summary>
    Snapshot = 6,
}

/// <summary>A record as it lies in a segment: length, CRC, kind, group, payload (docs/storage.md, "Record").</summary>
internal readonly ref struct Record
{
    /// <summary>Length and CRC, which the length does not count.</summary>
    public const int PrefixBytes = 8;

    /// <summary>Kind and group, which the length counts.</summary>
    public const int HeadBytes = 5;

    /// <summary>The payload of <see cref="RecordKind.Batch"/> and <see cref="RecordKind.CleanStop"/>.</summary>
    public const int MarkPayloadBytes = 24;

    /// <summary>The whole of such a record.</summary>
    public const int MarkBytes = PrefixBytes + HeadBytes + MarkPayloadBytes;

    private Record(ReadOnlySpan<byte> body)
    {
        Kind = (RecordKind)body[0];
        Group = BinaryPrimitives.ReadInt32LittleEndian(body[1..]);
        Payload = body[HeadBytes..];
    }

    public RecordKind Kind { get; }

    public int Group { get; }

    public ReadOnlySpan<byte> Payload { get; }

    public int SizeBytes => PrefixBytes + HeadBytes + Payload.Length;

    public bool IsMark => Kind is RecordKind.Batch or RecordKind.CleanStop;

    /// <summary>Reads the record at <paramref name="offset"/>; null, or what is wrong with it.</summary>
    /// <param name="segment">The segment's bytes.</param>
    /// <param name="offset">Where the record starts.</param>
    /// <param name="crc">The CRC of the segment's header, which the record's continues.</param>
    /// <param name="record">The record.</param>
    public static string? TryRead(ReadOnlySpan<byte> segment, int offset, uint crc, out Record record)
    {
        record = default;
        ReadOnlySpan<byte> rest = segment[offset..];
        if (rest.Length < PrefixBytes)
            return $"a record breaks off after {rest.Length} bytes";
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        if (length < HeadBytes)
            return $"a record's length is {length}, at least are {HeadBytes}";
        if (length > (uint)(rest.Length - PrefixBytes))
            return $"a record's length is {length}, but only {rest.Length - PrefixBytes} bytes follow";
        ReadOnlySpan<byte> body = rest.Slice(PrefixBytes, (int)length);
        if (Crc32C.Append(crc, body) != BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]))
            return "a record's checksum does not match";
        record = new Record(body);
        return null;
    }
}
