namespace ActorQuorum.StateMachines;

/// <summary>The fields of a RangeRequest; the bytes are parts of the request's memory.</summary>
internal readonly struct RangeFields
{
    /// <summary>Which keys are asked for.</summary>
    public KeyInterval Interval { get; private init; }

    /// <summary>The most keys in the answer; zero or less for all.</summary>
    public long Limit { get; private init; }

    /// <summary>Whether this node's own state will do.</summary>
    public bool IsSerializable { get; private init; }

    /// <summary>Whether values are to be left out.</summary>
    public bool KeysOnly { get; private init; }

    /// <summary>Whether only the number of keys is asked for.</summary>
    public bool CountOnly { get; private init; }

    /// <summary>Reads and checks a request; null if it may be answered.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out RangeFields fields)
    {
        ReadOnlyMemory<byte> key = default, rangeEnd = default;
        long limit = 0;
        bool isSerializable = false, keysOnly = false, countOnly = false;
        ulong revision = 0, sort = 0, bounds = 0;
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
                    limit = unchecked((long)reader.Varint());
                    break;
                case 4 << 3 | (uint)WireType.Varint:
                    revision = reader.Varint();
                    break;
                case 5 << 3 | (uint)WireType.Varint:
                case 6 << 3 | (uint)WireType.Varint:
                    sort |= reader.Varint();
                    break;
                case 7 << 3 | (uint)WireType.Varint:
                    isSerializable = reader.Bool();
                    break;
                case 8 << 3 | (uint)WireType.Varint:
                    keysOnly = reader.Bool();
                    break;
                case 9 << 3 | (uint)WireType.Varint:
                    countOnly = reader.Bool();
                    break;
                case 10 << 3 | (uint)WireType.Varint:
                case 11 << 3 | (uint)WireType.Varint:
                case 12 << 3 | (uint)WireType.Varint:
                case 13 << 3 | (uint)WireType.Varint:
                    bounds |= reader.Varint();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        fields = new RangeFields
        {
            Interval = new KeyInterval(key, rangeEnd),
            Limit = limit,
            IsSerializable = isSerializable,
            KeysOnly = keysOnly,
            CountOnly = countOnly,
        };
        return reader.IsDamaged ? Refusal.NotAMessage
            : key.IsEmpty ? Refusal.NoKey
            : revision != 0 ? Refusal.Unsupported("reading at an older revision")
            : sort != 0 ? Refusal.Unsupported("sorting a range")
            : bounds != 0 ? Refusal.Unsupported("bounding a range by revisions")
            : null;
    }
}
