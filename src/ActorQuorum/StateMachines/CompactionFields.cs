namespace ActorQuorum.StateMachines;

/// <summary>The fields of a CompactionRequest. Its <c>physical</c> asks for nothing here: what is compacted is out of reach at once.</summary>
internal struct CompactionFields : IWireFields
{
    /// <summary>The oldest revision that stays readable.</summary>
    public long Revision { get; private set; }

    /// <summary>Reads a request; null if it may be carried out, as far as the request alone tells.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out CompactionFields fields)
    {
        fields = default;
        return WireFields.TryRead(request, ref fields) ? null : Refusal.NotAMessage;
    }

    /// <inheritdoc/>
    public bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message)
    {
        if (reader.Tag != (1 << 3 | (uint)WireType.Varint))
        {
            return false;
        }

        Revision = reader.Number();
        return true;
    }
}
