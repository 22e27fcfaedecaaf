using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace ActorQuorum.Transport;

/// <summary>Takes a protobuf message field by field. One description of a message thus both measures and writes it.</summary>
internal interface IFieldSink
{
    /// <summary>A varint field; zero is not written, as proto3 demands.</summary>
    void Number(int field, ulong value);

    /// <summary>A fixed64 field; zero is not written.</summary>
    void Fixed(int field, ulong value);

    /// <summary>A bytes field; empty is not written.</summary>
    void Bytes(int field, ReadOnlySpan<byte> value);

    /// <summary>A string field with presence; null is not written, empty is.</summary>
    void Text(int field, string? value);

    /// <summary>Opens a nested message, whose fields follow.</summary>
    void Nested(int field, int sizeBytes);
}

/// <summary>Counts the bytes a message will take.</summary>
internal struct MeasuringSink : IFieldSink
{
    /// <summary>The bytes so far. A long, so that no sum of large payloads wraps around into a small frame.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>How many bytes a varint takes: seven bits a byte.</summary>
    public static int VarintBytes(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    public void Number(int field, ulong value) => SizeBytes += value == 0 ? 0 : TagBytes(field) + VarintBytes(value);

    public void Fixed(int field, ulong value) => SizeBytes += value == 0 ? 0 : TagBytes(field) + sizeof(ulong);

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Prefixed(field, value.Length);
        }
    }

    public void Text(int field, string? value)
    {
        if (value is not null)
        {
            Prefixed(field, Encoding.UTF8.GetByteCount(value));
        }
    }

    public void Nested(int field, int sizeBytes) => SizeBytes += TagBytes(field) + VarintBytes((ulong)sizeBytes);

    private static int TagBytes(int field) => VarintBytes((ulong)field << 3);

    private void Prefixed(int field, int lengthBytes) =>
        SizeBytes += TagBytes(field) + VarintBytes((ulong)lengthBytes) + lengthBytes;
}

/// <summary>Writes a message into memory that was measured before.</summary>
internal ref struct SpanSink(Span<byte> target) : IFieldSink
{
    private readonly Span<byte> target = target;

    /// <summary>The bytes written so far.</summary>
    public int Position { get; private set; }

    public void Number(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, WireType.Varint);
            Varint(value);
        }
    }

    public void Fixed(int field, ulong value)
    {
        if (value != 0)
        {
            Tag(field, WireType.Fixed64);
            BinaryPrimitives.WriteUInt64LittleEndian(target[Position..], value);
            Position += sizeof(ulong);
        }
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Nested(field, value.Length);
            value.CopyTo(target[Position..]);
            Position += value.Length;
        }
    }

    public void Text(int field, string? value)
    {
        if (value is not null)
        {
            Nested(field, Encoding.UTF8.GetByteCount(value));
            Position += Encoding.UTF8.GetBytes(value, target[Position..]);
        }
    }

    public void Nested(int field, int sizeBytes)
    {
        Tag(field, WireType.LengthPrefixed);
        Varint((ulong)sizeBytes);
    }

    private void Tag(int field, WireType type) => Varint(((ulong)field << 3) | (uint)type);

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            target[Position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[Position++] = (byte)value;
    }
}
