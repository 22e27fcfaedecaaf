using System.Runtime.CompilerServices;

namespace ActorQuorum.Transport;

/// <summary>The varint fields 1 to 8 of a message, zero where absent; each lies below <see cref="PeerCodec.NumberLimit"/>.</summary>
internal struct Numbers
{
    private const int Fields = 8;
    private Slots slots;

    /// <summary>The Raft group: field 1 of every consensus message.</summary>
    public readonly int Group =>
        this[1] <= int.MaxValue ? (int)this[1] : throw new PeerProtocolException($"the group {this[1]} is too large");

    /// <summary>A field's value.</summary>
    public readonly long this[int field] => slots[field - 1];

    /// <summary>A field as a yes or no.</summary>
    public readonly bool Flag(int field) => this[field] != 0;

    /// <summary>Reads a field if it is a varint from 1 to 8, and passes over any other.</summary>
    public void Read(ref FieldReader reader, uint tag)
    {
        var field = tag >> 3;
        if ((tag & 7) != (uint)WireType.Varint || field > Fields)
        {
            reader.Skip(tag);
            return;
        }

        var value = reader.Number();
        slots[(int)field - 1] = value < PeerCodec.NumberLimit
            ? (long)value
            : throw new PeerProtocolException($"the number {value} in field {field} is negative or out of range");
    }

    /// <summary>Reads a message that has no other fields.</summary>
    public void ReadAll(ref FieldReader reader)
    {
        while (reader.Next(out var tag))
        {
            Read(ref reader, tag);
        }
    }

    [InlineArray(Fields)]
    private struct Slots
    {
        private long first;
    }
}
