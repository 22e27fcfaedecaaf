namespace ActorQuorum.StateMachines;

/// <summary>
/// The store's answers in etcd's encoding, without the header: sizes are computed first, then everything is written once into memory of
/// just that size.
/// </summary>
internal static class KeyValueAnswer
{
    /// <summary>The largest answer, on every node. It has to fit into one array, and into a node's memory beside its state.</summary>
    public const int SizeLimitBytes = 512 << 20;

    /// <summary>The size of a key's version as a field of an answer.</summary>
    public static long SizeOf(in IndexSlot slot, bool keysOnly) => WireWriter.LengthFieldSize(MessageSize(slot, keysOnly));

    /// <summary>The answer to a put: the version that it replaced.</summary>
    public static ReadOnlyMemory<byte> Put(in IndexSlot previous)
    {
        var payload = new byte[SizeOf(previous, keysOnly: false)];
        var writer = new WireWriter(payload);
        Write(ref writer, 2, previous, keysOnly: false);
        return payload;
    }

    /// <summary>The answer to a delete: how many keys went, and their last versions if asked for.</summary>
    public static ReadOnlyMemory<byte> DeleteRange(int deleted, ReadOnlySpan<IndexSlot> previous, long previousSizeBytes)
    {
        var payload = new byte[WireWriter.NumberFieldSize((ulong)deleted) + previousSizeBytes];
        var writer = new WireWriter(payload);
        writer.Number(2, deleted);
        foreach (ref readonly var slot in previous)
        {
            Write(ref writer, 3, slot, keysOnly: false);
        }

        return payload;
    }

    /// <summary>The answer to a range of one key that is there.</summary>
    public static ReadOnlyMemory<byte> Range(in IndexSlot slot, bool keysOnly)
    {
        var payload = new byte[SizeOf(slot, keysOnly) + WireWriter.NumberFieldSize(1)];
        var writer = new WireWriter(payload);
        Write(ref writer, 2, slot, keysOnly);
        writer.Number(4, 1);
        return payload;
    }

    /// <summary>The answer to a range: the first <paramref name="taken"/> of its keys as the index holds them; null if it would be too large.</summary>
    public static ReadOnlyMemory<byte>? Range(KeyIndexRoot root, in RangeFields fields, int taken, int count, long sizeLimitBytes)
    {
        var isMore = taken < count && !fields.CountOnly;
        var size = SizeOfEnd(isMore, count);
        var left = taken;
        for (var sizing = root.Scan(fields.Interval); left > 0 && sizing.MoveNext(); left--)
        {
            size += SizeOf(sizing.Current, fields.KeysOnly);
            if (size > sizeLimitBytes)
            {
                return null;
            }
        }

        var payload = new byte[size];
        var writer = new WireWriter(payload);
        left = taken;
        for (var writing = root.Scan(fields.Interval); left > 0 && writing.MoveNext(); left--)
        {
            Write(ref writer, 2, writing.Current, fields.KeysOnly);
        }

        WriteEnd(ref writer, isMore, count);
        return payload;
    }

    /// <summary>The answer to a range whose keys were gathered; null if it would be too large.</summary>
    public static ReadOnlyMemory<byte>? Range(
        ReadOnlySpan<IndexSlot> taken, bool keysOnly, bool isMore, int count, long sizeLimitBytes)
    {
        var size = SizeOfEnd(isMore, count);
        foreach (ref readonly var slot in taken)
        {
            size += SizeOf(slot, keysOnly);
        }

        if (size > sizeLimitBytes)
        {
            return null;
        }

        var payload = new byte[size];
        var writer = new WireWriter(payload);
        foreach (ref readonly var slot in taken)
        {
            Write(ref writer, 2, slot, keysOnly);
        }

        WriteEnd(ref writer, isMore, count);
        return payload;
    }

    private static long SizeOfEnd(bool isMore, int count) =>
        WireWriter.NumberFieldSize(isMore ? 1UL : 0) + WireWriter.NumberFieldSize((ulong)count);

    private static void WriteEnd(ref WireWriter writer, bool isMore, int count)
    {
        writer.Number(3, isMore ? 1UL : 0);
        writer.Number(4, count);
    }

    private static void Write(ref WireWriter writer, int field, in IndexSlot slot, bool keysOnly)
    {
        var version = slot.Newest;
        writer.Length(field, (int)MessageSize(slot, keysOnly));
        writer.Bytes(1, slot.Key);
        writer.Number(2, version.CreateRevision);
        writer.Number(3, version.ModRevision);
        writer.Number(4, version.Version);
        writer.Bytes(5, keysOnly ? default : version.Value.Span);
    }

    private static long MessageSize(in IndexSlot slot, bool keysOnly)
    {
        var version = slot.Newest;
        var valueBytes = keysOnly ? 0 : version.Value.Length;
        return WireWriter.LengthFieldSize(slot.Key.Length)
            + WireWriter.NumberFieldSize((ulong)version.CreateRevision)
            + WireWriter.NumberFieldSize((ulong)version.ModRevision)
            + WireWriter.NumberFieldSize((ulong)version.Version)
            + (valueBytes == 0 ? 0 : WireWriter.LengthFieldSize(valueBytes));
    }
}
