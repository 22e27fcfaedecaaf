using ActorQuorum.Storage;

namespace ActorQuorum.StateMachines;

/// <summary>Where a state machine writes its state: a stream of bytes that somebody else cuts into checksummed blocks.</summary>
internal interface ISnapshotSink
{
    /// <summary>How much was written.</summary>
    long WrittenBytes { get; }

    /// <summary>Writes at the end.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}

/// <summary>Where a state machine reads its state back. Every byte that it gives was checked against a checksum before.</summary>
internal interface ISnapshotSource
{
    /// <summary>No more bytes than this can follow: a size beyond it is refused before memory is taken.</summary>
    long MostRemainingBytes { get; }

    /// <summary>Fills <paramref name="into"/> with what follows.</summary>
    /// <exception cref="SnapshotDamagedException">Fewer bytes follow, or they are damaged.</exception>
    void Read(Span<byte> into);

    /// <summary>What was read cannot be: the checksum matches, but not the meaning.</summary>
    SnapshotDamagedException Damaged(string what);
}

/// <summary>Numbers in a snapshot's stream: seven bits a byte, the lowest first.</summary>
internal static class SnapshotNumbers
{
    private const int MostBytes = 9;

    /// <summary>Writes a number that is not negative.</summary>
    public static void WriteNumber(this ISnapshotSink sink, long number)
    {
        Span<byte> bytes = stackalloc byte[MostBytes];
        var count = 0;
        for (; number > 0x7f; number >>= 7)
        {
            bytes[count++] = (byte)(number | 0x80);
        }

        bytes[count++] = (byte)number;
        sink.Write(bytes[..count]);
    }

    /// <summary>Reads a number that is not negative.</summary>
    public static long ReadNumber(this ISnapshotSource source)
    {
        Span<byte> next = stackalloc byte[1];
        var number = 0L;
        for (var i = 0; i < MostBytes; i++)
        {
            source.Read(next);
            number |= (long)(next[0] & 0x7f) << (7 * i);
            if (next[0] < 0x80)
            {
                return number;
            }
        }

        throw source.Damaged($"a number has more than {MostBytes} bytes");
    }

    /// <summary>Reads bytes whose number the stream states, into an array of their own.</summary>
    public static byte[] ReadBytes(this ISnapshotSource source, long length, string what)
    {
        if (length > source.MostRemainingBytes || length > Array.MaxLength)
        {
            throw source.Damaged($"{what} is to have {length} bytes, but at most {source.MostRemainingBytes} follow");
        }

        var bytes = new byte[length];
        source.Read(bytes);
        return bytes;
    }
}
