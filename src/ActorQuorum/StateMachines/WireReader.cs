namespace ActorQuorum.StateMachines;

/// <summary>
/// Reads protobuf fields in place. The generated parsers copy every bytes field; a put's value is copied from the wire once and then shared
/// by log and store. Damage is remembered, not thrown: after it every read gives nothing.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    // Deep enough for any real message; the generated parsers have the same bound.
    private const int GroupDepthLimit = 100;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>The field that <see cref="Next"/> came to: its number and wire type.</summary>
    public uint Tag { get; private set; }

    /// <summary>Whether the bytes are no protobuf message.</summary>
    public bool IsDamaged { get; private set; }

    /// <summary>The tag of a field.</summary>
    public static uint TagOf(int field, WireType type) => ((uint)field << 3) | (uint)type;

    /// <summary>Goes to the next field; false at the end and at damage.</summary>
    public bool Next()
    {
        if (IsDamaged || _position == _bytes.Length)
        {
            return false;
        }

        Tag = (uint)Varint();
        if (!IsDamaged && Tag >> 3 == 0)
        {
            IsDamaged = true;
        }

        return !IsDamaged;
    }

    /// <summary>Reads a varint field's value.</summary>
    public ulong Varint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70 && _position < _bytes.Length; shift += 7)
        {
            var next = _bytes[_position++];
            value |= (ulong)(next & 0x7F) << (shift & 63);
            if (next < 0x80)
            {
                return value;
            }
        }

        IsDamaged = true;
        return 0;
    }

    /// <summary>Reads an int64 field's value.</summary>
    public long Number() => unchecked((long)Varint());

    /// <summary>Reads a bool field's value.</summary>
    public bool Bool() => Varint() != 0;

    /// <summary>Reads a bytes field as a part of <paramref name="message"/>, the memory that this reader reads.</summary>
    public ReadOnlyMemory<byte> Bytes(ReadOnlyMemory<byte> message)
    {
        var length = (int)(uint)Varint();
        if (IsDamaged || (uint)length > (uint)(_bytes.Length - _position))
        {
            IsDamaged = true;
            return default;
        }

        var found = message.Slice(_position, length);
        _position += length;
        return found;
    }

    /// <summary>Passes over the field: a newer client may send fields that this server does not know.</summary>
    public void Skip() => Skip(0);

    private void Skip(int depth)
    {
        switch ((WireType)(Tag & 7))
        {
            case WireType.Varint:
                Varint();
                break;
            case WireType.Fixed64:
                Advance(8);
                break;
            case WireType.Length:
                Advance((int)(uint)Varint());
                break;
            case WireType.StartGroup when depth < GroupDepthLimit:
                SkipGroup(depth);
                break;
            case WireType.Fixed32:
                Advance(4);
                break;
            default:
                IsDamaged = true;
                break;
        }
    }

    private void SkipGroup(int depth)
    {
        var end = Tag - (uint)WireType.StartGroup + (uint)WireType.EndGroup;
        while (Next())
        {
            if (Tag == end)
            {
                return;
            }

            Skip(depth + 1);
        }

        IsDamaged = true;
    }

    private void Advance(int length)
    {
        if (IsDamaged || (uint)length > (uint)(_bytes.Length - _position))
        {
            IsDamaged = true;
            return;
        }

        _position += length;
    }
}

/// <summary>How a protobuf field's value stands on the wire.</summary>
internal enum WireType
{
    /// <summary>Seven bits a byte.</summary>
    Varint = 0,

    /// <summary>Eight bytes.</summary>
    Fixed64 = 1,

    /// <summary>A length, then as many bytes.</summary>
    Length = 2,

    /// <summary>Opens a group.</summary>
    StartGroup = 3,

    /// <summary>Closes a group.</summary>
    EndGroup = 4,

    /// <summary>Four bytes.</summary>
    Fixed32 = 5,
}
