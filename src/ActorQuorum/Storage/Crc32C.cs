using System.Buffers.Binary;
using System.Numerics;

namespace ActorQuorum.Storage;

/// <summary>CRC-32C (Castagnoli), by the processor's instruction where it has one.</summary>
internal static class Crc32C
{
    /// <summary>Continues <paramref name="crc"/> over more bytes, as if both parts were one; 0 starts.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (byte value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
