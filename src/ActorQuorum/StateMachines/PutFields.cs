namespace ActorQuorum.StateMachines;

/// <summary>The fields of a PutRequest; the bytes are parts of the request's memory.</summary>
internal struct PutFields : IWireFields
{
    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Key { get; private set; }

    /// <summary>The new value.</summary>
    public ReadOnlyMemory<byte> Value { get; private set; }

    /// <summary>The lease that the key is to have; zero for none.</summary>
    public long Lease { get; private set; }

    /// <summary>Whether the replaced version is asked for.</summary>
    public bool WantsPrevious { get; private set; }

    /// <summary>Whether the key keeps its value; it must have one then.</summary>
    public bool IgnoresValue { get; private set; }

    /// <summary>Whether the key keeps its lease; it must be there then.</summary>
    public bool IgnoresLease { get; private set; }

    /// <summary>Whether there must be a version to take something from.</summary>
    public readonly bool NeedsPrevious => IgnoresValue || IgnoresLease;

    /// <summary>Reads and checks a request; null if it may be carried out, as far as the request alone tells.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out PutFields fields)
    {
        fields = default;
        return !WireFields.TryRead(request, ref fields) ? Refusal.NotAMessage
            : fields.Key.IsEmpty ? Refusal.NoKey
            : fields.IgnoresValue && !fields.Value.IsEmpty ? Refusal.ValueGiven
            : fields.IgnoresLease && fields.Lease != 0 ? Refusal.LeaseGiven
            : null;
    }

    /// <inheritdoc/>
    public bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message)
    {
        switch (reader.Tag)
        {
            case 1 << 3 | (uint)WireType.Length:
                Key = reader.Bytes(message);
                return true;
            case 2 << 3 | (uint)WireType.Length:
                Value = reader.Bytes(message);
                return true;
            case 3 << 3 | (uint)WireType.Varint:
                Lease = reader.Number();
                return true;
            case 4 << 3 | (uint)WireType.Varint:
                WantsPrevious = reader.Bool();
                return true;
            case 5 << 3 | (uint)WireType.Varint:
                IgnoresValue = reader.Bool();
                return true;
            case 6 << 3 | (uint)WireType.Varint:
                IgnoresLease = reader.Bool();
                return true;
            default:
                return false;
        }
    }
}
