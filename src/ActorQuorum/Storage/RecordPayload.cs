using System.Buffers.Binary;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>Reads back what <see cref="RecordBuffer"/> encoded (docs/storage.md, "Payloads").</summary>
internal static class RecordPayload
{
    /// <summary>Index, term and kind of an entry; its command follows.</summary>
    public const int EntryHeadBytes = 17;

    /// <summary>Term, vote, proven and the number of founding members; they follow.</summary>
    public const int StateHeadBytes = 21;

    /// <summary>Id and incarnation of a founding member.</summary>
    public const int MemberBytes = 16;

    /// <summary>Meaning, index and term of a place in the log.</summary>
    public const int PlaceBytes = 17;

    /// <summary>Reads what <see cref="RecordBuffer.Add(int, Entry)"/> wrote, into memory of its own; null if it cannot be that.</summary>
    public static Entry? TryReadEntry(ReadOnlySpan<byte> payload) => payload.Length < EntryHeadBytes
        ? null
        : new Entry(
            BinaryPrimitives.ReadInt64LittleEndian(payload),
            BinaryPrimitives.ReadInt64LittleEndian(payload[8..]),
            (EntryKind)payload[16],
            payload[EntryHeadBytes..].ToArray());

    /// <summary>Reads what <see cref="RecordBuffer.Add(int, HardState)"/> wrote; null if it cannot be that.</summary>
    public static HardState? TryReadState(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < StateHeadBytes || payload[16] > 1)
            return null;
        int count = BinaryPrimitives.ReadInt32LittleEndian(payload[17..]);
        ReadOnlySpan<byte> rest = payload[StateHeadBytes..];
        // The bytes that are there bound the count before memory is taken.
        if (count < 0 || rest.Length != (long)count * MemberBytes)
            return null;
        var founding = new Member[count];
        for (int i = 0; i < count; i++, rest = rest[MemberBytes..])
        {
            founding[i] = new Member(
                new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(rest)), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
        }

        return new HardState(
            BinaryPrimitives.ReadInt64LittleEndian(payload),
            new MemberId(BinaryPrimitives.ReadUInt64LittleEndian(payload[8..])),
            payload[16] == 1,
            [.. founding]);
    }

    /// <summary>Reads what <see cref="RecordBuffer.AddTruncation"/> wrote; null if it cannot be that.</summary>
    public static long? TryReadTruncation(ReadOnlySpan<byte> payload) =>
        payload.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(payload) : null;

    /// <summary>Whether a record says where a group's log stood when its segment began.</summary>
    public static bool IsBeginning(Record record) =>
        record.Kind == RecordKind.Snapshot && TryReadPlace(record.Payload) is (PlaceMeaning.SegmentBegins, _);

    /// <summary>Reads what <see cref="RecordBuffer.Add(int, PlaceMeaning, LogPlace)"/> wrote; null if it cannot be that.</summary>
    public static (PlaceMeaning Meaning, LogPlace Place)? TryReadPlace(ReadOnlySpan<byte> payload)
    {
        if (payload.Length != PlaceBytes || payload[0] > (byte)PlaceMeaning.Reset)
            return null;
        var place = new LogPlace(BinaryPrimitives.ReadInt64LittleEndian(payload[1..]), BinaryPrimitives.ReadInt64LittleEndian(payload[9..]));
        return place.Index < 0 || place.Term < 0 ? null : ((PlaceMeaning)payload[0], place);
    }
}
