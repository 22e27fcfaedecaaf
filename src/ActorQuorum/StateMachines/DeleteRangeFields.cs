namespace ActorQuorum.StateMachines;

/// <summary>The fields of a DeleteRangeRequest; the bytes are parts of the request's memory.</summary>
internal struct DeleteRangeFields : IWireFields
{
    private KeyInterval _interval;

    /// <summary>Which keys are to go.</summary>
    public readonly KeyInterval Interval => _interval;

    /// <summary>Whether the deleted versions are asked for.</summary>
    public bool WantsPrevious { get; private set; }

    /// <summary>Reads and checks a request; null if it may be carried out.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out DeleteRangeFields fields)
    {
        fields = default;
        return !WireFields.TryRead(request, ref fields) ? Refusal.NotAMessage
            : fields.Interval.Start.IsEmpty ? Refusal.NoKey
            : null;
    }

    /// <inheritdoc/>
    public bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message)
    {
        if (_interval.TryTake(ref reader, message))
        {
            return true;
        }

        if (reader.Tag != (3 << 3 | (uint)WireType.Varint))
        {
            return false;
        }

        WantsPrevious = reader.Bool();
        return true;
    }
}
