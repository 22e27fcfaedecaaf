using System.Buffers.Binary;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Storage;

/// <summary>Encodes records behind each other into one reusable buffer.</summary>
internal sealed class RecordBuffer
{
    private byte[] _bytes = new byte[64 << 10];

    /// <summary>The CRC of the segment's header, which the CRC of each record continues.</summary>
    public uint HeaderCrc { get; set; }

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>How many bytes the record of <paramref name="entry"/> takes.</summary>
    public static long SizeOf(Entry entry) =>
        Record.PrefixBytes + Record.HeadBytes + RecordPayload.EntryHeadBytes + (long)entry.Payload.Length;

    /// <summary>How many bytes the record of <paramref name="state"/> takes.</summary>
    public static long SizeOf(HardState state) =>
        Record.PrefixBytes + Record.HeadBytes + RecordPayload.StateHeadBytes + ((long)RecordPayload.MemberBytes * state.Founding.Length);

    public void Add(RecordKind kind, SyncMark mark)
    {
        mark.Write(Begin(kind, 0, Record.MarkPayloadBytes));
        Seal(Record.MarkPayloadBytes);
    }

    public void Add(int group, Entry entry)
    {
        int size = RecordPayload.EntryHeadBytes + entry.Payload.Length;
        Span<byte> payload = Begin(RecordKind.Entry, group, size);
        BinaryPrimitives.WriteInt64LittleEndian(payload, entry.Index);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], entry.Term);
        payload[16] = (byte)entry.Kind;
        entry.Payload.Span.CopyTo(payload[RecordPayload.EntryHeadBytes..]);
        Seal(size);
    }

    public void Add(int group, HardState state)
    {
        int size = RecordPayload.StateHeadBytes + (RecordPayload.MemberBytes * state.Founding.Length);
        Span<byte> payload = Begin(RecordKind.State, group, size);
        BinaryPrimitives.WriteInt64LittleEndian(payload, state.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], state.Vote.Value);
        payload[16] = state.Proven ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32LittleEndian(payload[17..], state.Founding.Length);
        payload = payload[RecordPayload.StateHeadBytes..];
        foreach (Member member in state.Founding)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(payload, member.Id.Value);
            BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], member.Incarnation);
            payload = payload[RecordPayload.MemberBytes..];
        }

        Seal(size);
    }

    public void AddTruncation(int group, long fromIndex)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Begin(RecordKind.Truncation, group, sizeof(long)), fromIndex);
        Seal(sizeof(long));
    }

    public void Add(int group, PlaceMeaning meaning, LogPlace place)
    {
        Span<byte> payload = Begin(RecordKind.Snapshot, group, RecordPayload.PlaceBytes);
        payload[0] = (byte)meaning;
        BinaryPrimitives.WriteInt64LittleEndian(payload[1..], place.Index);
        BinaryPrimitives.WriteInt64LittleEndian(payload[9..], place.Term);
        Seal(RecordPayload.PlaceBytes);
    }

    private Span<byte> Begin(RecordKind kind, int group, int payloadBytes)
    {
        int size = checked(Record.PrefixBytes + Record.HeadBytes + payloadBytes);
        if (_bytes.Length - Count < size)
            Array.Resize(ref _bytes, checked((int)Math.Max(Count + (long)size, Math.Min(2L * _bytes.Length, Array.MaxLength))));
        Span<byte> record = _bytes.AsSpan(Count, size);
        BinaryPrimitives.WriteInt32LittleEndian(record, Record.HeadBytes + payloadBytes);
        record[Record.PrefixBytes] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(record[(Record.PrefixBytes + 1)..], group);
        return record[(Record.PrefixBytes + Record.HeadBytes)..];
    }

    private void Seal(int payloadBytes)
    {
        Span<byte> record = _bytes.AsSpan(Count, Record.PrefixBytes + Record.HeadBytes + payloadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], Crc32C.Append(HeaderCrc, record[Record.PrefixBytes..]));
        Count += record.Length;
    }
}
