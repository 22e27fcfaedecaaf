using System.Numerics;

namespace ActorQuorum.StateMachines;

/// <summary>Writes protobuf fields into memory of the size computed before. Zeroes and empty bytes are left out, as proto3 does.</summary>
internal ref struct WireWriter(Span<byte> into)
{
    private readonly Span<byte> _into = into;

    /// <summary>How many bytes were written.</summary>
    public int Position { get; private set; }

    /// <summary>The size of a varint.</summary>
    public static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) * 9 + 73) / 64;

    /// <summary>The size of a number's field (of a number below 16).</summary>
    public static int NumberFieldSize(ulong value) => value == 0 ? 0 : 1 + VarintSize(value);

    /// <summary>The size of a field with a length (of a number below 16), empty or not.</summary>
    public static long LengthFieldSize(long length) => 1 + VarintSize((ulong)length) + length;

    /// <summary>Writes a number's field.</summary>
    public void Number(int field, ulong value)
    {
        if (value != 0)
        {
            _into[Position++] = (byte)WireReader.TagOf(field, WireType.Varint);
            Varint(value);
        }
    }

    /// <summary>Writes a signed number's field.</summary>
    public void Number(int field, long value) => Number(field, unchecked((ulong)value));

    /// <summary>Writes a bytes field.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            Length(field, value.Length);
            value.CopyTo(_into[Position..]);
            Position += value.Length;
        }
    }

    /// <summary>Begins a message's field; its <paramref name="length"/> bytes are to be written next.</summary>
    public void Length(int field, int length)
    {
        _into[Position++] = (byte)WireReader.TagOf(field, WireType.Length);
        Varint((ulong)length);
    }

    /// <summary>Writes fields that are encoded already.</summary>
    public void Raw(ReadOnlySpan<byte> fields)
    {
        fields.CopyTo(_into[Position..]);
        Position += fields.Length;
    }

    private void Varint(ulong value)
    {
        while (value >= 0x80)
        {
            _into[Position++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _into[Position++] = (byte)value;
    }
}
