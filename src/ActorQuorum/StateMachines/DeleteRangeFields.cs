namespace ActorQuorum.StateMachines;

/// <summary>The fields of a DeleteRangeRequest; the bytes are parts of the request's memory.</summary>
internal readonly struct DeleteRangeFields
{
    /// <summary>Which keys are to go.</summary>
    public KeyInterval Interval { get; private init; }

    /// <summary>Whether the deleted versions are asked for.</summary>
    public bool WantsPrevious { get; private init; }

    /// <summary>Reads and checks a request; null if it may be carried out.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out DeleteRangeFields fields)
    {
        ReadOnlyMemory<byte> key = default, rangeEnd = default;
        var wantsPrevious = false;
        var reader = new WireReader(request.Span);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case 1 << 3 | (uint)WireType.Length:
                    key = reader.Bytes(request);
                    break;
                case 2 << 3 | (uint)WireType.Length:
                    rangeEnd = reader.Bytes(request);
                    break;
                case 3 << 3 | (uint)WireType.Varint:
                    wantsPrevious = reader.Bool();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        fields = new DeleteRangeFields { Interval = new KeyInterval(key, rangeEnd), WantsPrevious = wantsPrevious };
        return reader.IsDamaged ? Refusal.NotAMessage : key.IsEmpty ? Refusal.NoKey : null;
    }
}
