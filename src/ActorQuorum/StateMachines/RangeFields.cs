namespace ActorQuorum.StateMachines;

/// <summary>In which direction a range is sorted. The numbers are etcd's.</summary>
internal enum SortOrder
{
    /// <summary>As it is found: by key.</summary>
    None = 0,

    /// <summary>The smallest first.</summary>
    Ascending = 1,

    /// <summary>The largest first.</summary>
    Descending = 2,
}

/// <summary>By what a range is sorted. The numbers are etcd's.</summary>
internal enum SortTarget
{
    /// <summary>By key.</summary>
    Key = 0,

    /// <summary>By version.</summary>
    Version = 1,

    /// <summary>By the revision of creation.</summary>
    Create = 2,

    /// <summary>By the revision of the latest change.</summary>
    Mod = 3,

    /// <summary>By value, byte by byte.</summary>
    Value = 4,
}

/// <summary>The fields of a RangeRequest; the bytes are parts of the request's memory.</summary>
internal struct RangeFields : IWireFields
{
    private KeyInterval _interval;

    /// <summary>Which keys are asked for.</summary>
    public readonly KeyInterval Interval => _interval;

    /// <summary>The most keys in the answer; zero or less for all.</summary>
    public long Limit { get; private set; }

    /// <summary>The revision to read at; zero or less for the newest.</summary>
    public long Revision { get; private set; }

    /// <summary>In which direction to sort.</summary>
    public SortOrder SortOrder { get; private set; }

    /// <summary>By what to sort.</summary>
    public SortTarget SortTarget { get; private set; }

    /// <summary>Whether this node's own state will do.</summary>
    public bool IsSerializable { get; private set; }

    /// <summary>Whether values are to be left out.</summary>
    public bool KeysOnly { get; private set; }

    /// <summary>Whether only the number of keys is asked for.</summary>
    public bool CountOnly { get; private set; }

    /// <summary>Keys changed last before this revision are left out; zero for no bound.</summary>
    public long MinModRevision { get; private set; }

    /// <summary>Keys changed after this revision are left out; zero for no bound.</summary>
    public long MaxModRevision { get; private set; }

    /// <summary>Keys created before this revision are left out; zero for no bound.</summary>
    public long MinCreateRevision { get; private set; }

    /// <summary>Keys created after this revision are left out; zero for no bound.</summary>
    public long MaxCreateRevision { get; private set; }

    /// <summary>Whether keys are left out by their revisions.</summary>
    public readonly bool HasRevisionBounds =>
        MinModRevision != 0 || MaxModRevision != 0 || MinCreateRevision != 0 || MaxCreateRevision != 0;

    /// <summary>Whether the keys come as the index holds them: all of an interval, by key.</summary>
    public readonly bool IsInKeyOrder => SortOrder == SortOrder.None && SortTarget == SortTarget.Key && !HasRevisionBounds;

    /// <summary>Reads and checks a request; null if it may be answered, as far as the request alone tells.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> request, out RangeFields fields)
    {
        fields = default;
        return !WireFields.TryRead(request, ref fields) ? Refusal.NotAMessage
            : fields.Interval.Start.IsEmpty ? Refusal.NoKey
            : (uint)fields.SortOrder > (uint)SortOrder.Descending || (uint)fields.SortTarget > (uint)SortTarget.Value
                ? Refusal.UnknownSort
            : null;
    }

    /// <inheritdoc/>
    public bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message) =>
        _interval.TryTake(ref reader, message) || TryTakeOption(ref reader) || TryTakeBound(ref reader);

    private bool TryTakeOption(ref WireReader reader)
    {
        switch (reader.Tag)
        {
            case 3 << 3 | (uint)WireType.Varint:
                Limit = reader.Number();
                return true;
            case 4 << 3 | (uint)WireType.Varint:
                Revision = reader.Number();
                return true;
            case 5 << 3 | (uint)WireType.Varint:
                SortOrder = (SortOrder)unchecked((int)reader.Varint());
                return true;
            case 6 << 3 | (uint)WireType.Varint:
                SortTarget = (SortTarget)unchecked((int)reader.Varint());
                return true;
            case 7 << 3 | (uint)WireType.Varint:
                IsSerializable = reader.Bool();
                return true;
            case 8 << 3 | (uint)WireType.Varint:
                KeysOnly = reader.Bool();
                return true;
            case 9 << 3 | (uint)WireType.Varint:
                CountOnly = reader.Bool();
                return true;
            default:
                return false;
        }
    }

    private bool TryTakeBound(ref WireReader reader)
    {
        switch (reader.Tag)
        {
            case 10 << 3 | (uint)WireType.Varint:
                MinModRevision = reader.Number();
                return true;
            case 11 << 3 | (uint)WireType.Varint:
                MaxModRevision = reader.Number();
                return true;
            case 12 << 3 | (uint)WireType.Varint:
                MinCreateRevision = reader.Number();
                return true;
            case 13 << 3 | (uint)WireType.Varint:
                MaxCreateRevision = reader.Number();
                return true;
            default:
                return false;
        }
    }
}
