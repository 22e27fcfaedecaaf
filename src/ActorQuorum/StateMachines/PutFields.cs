namespace ActorQuorum.StateMachines;

/// <summary>The fields of a PutRequest; the bytes are parts of the request's memory.</summary>
internal readonly struct PutFields
{
    /// <summary>The key.</summary>
    public ReadOnlyMemory<byte> Key { get; private init; }

    /// <summary>The new value.</summary>
    public ReadOnlyMemory<byte> Value { get; private init; }

    /// <summary>Whether the replaced version is asked for.</summary>
    public bool WantsPrevious { get; private init; }

    /// <summary>Reads and checks a request; null if it may be carried out.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out PutFields fields)
    {
        ReadOnlyMemory<byte> key = default, value = default;
        bool wantsPrevious = false, ignoreValue = false, ignoreLease = false;
        ulong lease = 0;
        var reader = new WireReader(request.Span);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case 1 << 3 | (uint)WireType.Length:
                    key = reader.Bytes(request);
                    break;
                case 2 << 3 | (uint)WireType.Length:
                    value = reader.Bytes(request);
                    break;
                case 3 << 3 | (uint)WireType.Varint:
                    lease = reader.Varint();
                    break;
                case 4 << 3 | (uint)WireType.Varint:
                    wantsPrevious = reader.Bool();
                    break;
                case 5 << 3 | (uint)WireType.Varint:
                    ignoreValue = reader.Bool();
                    break;
                case 6 << 3 | (uint)WireType.Varint:
                    ignoreLease = reader.Bool();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        fields = new PutFields { Key = key, Value = value, WantsPrevious = wantsPrevious };
        return reader.IsDamaged ? Refusal.NotAMessage
            : key.IsEmpty ? Refusal.NoKey
            : ignoreValue ? Refusal.Unsupported("ignore_value of a put")
            : ignoreLease ? Refusal.Unsupported("ignore_lease of a put")
            : lease != 0 ? Refusal.NoSuchLease
            : null;
    }
}
