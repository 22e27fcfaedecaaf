using System.Buffers.Binary;
using System.Text;

namespace ActorQuorum.Transport;

/// <summary>How a protobuf field's value is laid out.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthPrefixed = 2,
    Fixed32 = 5,
}

/// <summary>
/// Reads a protobuf message field by field. Unlike the generated classes it makes no object before its content was checked, so that a
/// frame of a million empty entries costs nothing but the frame.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> source)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = source;

    /// <summary>A field's tag as it stands on the wire; for the case labels of a reader.</summary>
    public static uint Tag(int field, WireType type) => ((uint)field << 3) | (uint)type;

    /// <summary>Reads the next field's tag.</summary>
    /// <returns>False at the message's end.</returns>
    public bool Next(out uint tag)
    {
        tag = 0;
        if (rest.IsEmpty)
        {
            return false;
        }

        var value = Number();
        if (value >> 3 == 0 || value > uint.MaxValue)
        {
            throw new PeerProtocolException($"the field tag {value} is none");
        }

        tag = (uint)value;
        return true;
    }

    /// <summary>Reads a varint.</summary>
    public ulong Number()
    {
        var value = 0UL;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            var bits = rest[i];
            value |= (ulong)(bits & 0x7F) << (7 * i);
            if (bits < 0x80)
            {
                rest = rest[(i + 1)..];
                return value;
            }
        }

        throw new PeerProtocolException("a number does not end");
    }

    /// <summary>Reads a fixed64.</summary>
    public ulong Fixed() => BinaryPrimitives.ReadUInt64LittleEndian(Take(sizeof(ulong)));

    /// <summary>Reads a length and as many bytes; they still lie in the frame.</summary>
    public ReadOnlySpan<byte> Bytes() => Take(Number());

    /// <summary>Reads a string.</summary>
    public string Text()
    {
        try
        {
            return Strict.GetString(Bytes());
        }
        catch (DecoderFallbackException)
        {
            throw new PeerProtocolException("a text is not UTF-8");
        }
    }

    /// <summary>Reads a string of at most so many bytes; a longer one is refused before it is made.</summary>
    public string Text(int limitBytes)
    {
        var ahead = this;
        return ahead.Number() <= (ulong)limitBytes ? Text() : throw new PeerProtocolException($"a text is over {limitBytes} bytes");
    }

    /// <summary>Passes over a field that this version does not know.</summary>
    public void Skip(uint tag)
    {
        switch ((WireType)(tag & 7))
        {
            case WireType.Varint:
                Number();
                break;
            case WireType.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireType.LengthPrefixed:
                Bytes();
                break;
            case WireType.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw new PeerProtocolException($"the wire type {tag & 7} is none");
        }
    }

    private ReadOnlySpan<byte> Take(ulong count)
    {
        if (count > (ulong)rest.Length)
        {
            throw new PeerProtocolException($"a field of {count} bytes runs past the end of its message");
        }

        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }
}
