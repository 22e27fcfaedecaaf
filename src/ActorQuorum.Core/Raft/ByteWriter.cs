using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace ActorQuorum.Core.Raft;

/// <summary>Writes what <see cref="ByteReader"/> reads.</summary>
internal sealed class ByteWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public void Byte(byte value) => _bytes.Write([value]);

    public void UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.GetSpan(2), checked((ushort)value));
        _bytes.Advance(2);
    }

    public void UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_bytes.GetSpan(8), value);
        _bytes.Advance(8);
    }

    public void Natural(long value) => UInt64((ulong)value);

    public void Milliseconds(TimeSpan value) => Natural((long)value.TotalMilliseconds);

    public void Text(string value)
    {
        UInt16(Encoding.UTF8.GetByteCount(value));
        Bytes(Encoding.UTF8.GetBytes(value));
    }

    public void Bytes(ReadOnlySpan<byte> value) => _bytes.Write(value);

    public byte[] ToArray() => _bytes.WrittenSpan.ToArray();
}
