using System.Buffers.Binary;

namespace ActorQuorum.Storage;

/// <summary>What a batch header and a clean stop state: up to where the log was known synced when they were written.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="SyncedOffset">All before this offset was flushed, successfully.</param>
/// <param name="OwnOffset">Where the mark itself stands, so that a copy of it in a command's bytes is not taken for one.</param>
internal readonly record struct SyncMark(long Segment, long SyncedOffset, long OwnOffset)
{
    public void Write(Span<byte> payload)
    {
        BinaryPrimitives.WriteInt64LittleEndian(payload, Segment);
        BinaryPrimitives.WriteInt64LittleEndian(payload[8..], SyncedOffset);
        BinaryPrimitives.WriteInt64LittleEndian(payload[16..], OwnOffset);
    }

    /// <summary>Reads a mark that stands at <paramref name="offset"/>; null if it cannot be one of there.</summary>
    public static SyncMark? TryRead(ReadOnlySpan<byte> payload, long segment, long offset)
    {
        if (payload.Length != Record.MarkPayloadBytes)
            return null;
        var mark = new SyncMark(
            BinaryPrimitives.ReadInt64LittleEndian(payload),
            BinaryPrimitives.ReadInt64LittleEndian(payload[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(payload[16..]));
        bool fits = mark.Segment == segment && mark.OwnOffset == offset
            && mark.SyncedOffset >= SegmentHeader.SizeBytes && mark.SyncedOffset <= offset;
        return fits ? mark : null;
    }

    /// <summary>
    /// The highest synced offset that a mark behind a damaged place states, or 0. Lengths cannot be trusted there,
    /// so a mark is looked for at every byte; its fixed length and its kind are the first sieve, its CRC the second.
    /// </summary>
    public static long HighestAfter(ReadOnlySpan<byte> segment, int from, uint crc, long number)
    {
        const uint Length = Record.HeadBytes + Record.MarkPayloadBytes;
        long highest = 0;
        for (int at = from; at <= segment.Length - Record.MarkBytes; at++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(segment[at..]) == Length
                && Record.TryRead(segment, at, crc, out Record record) is null && record.IsMark
                && TryRead(record.Payload, number, at) is { } mark)
            {
                highest = Math.Max(highest, mark.SyncedOffset);
            }
        }

        return highest;
    }
}
