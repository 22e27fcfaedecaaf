namespace ActorQuorum.StateMachines;

/// <summary>The fields of a txn's Compare; the bytes are parts of the request's memory.</summary>
internal readonly struct CompareFields
{
    // The union's fields stand in the order of the targets they belong to.
    private const int FirstUnionField = 4;
    private const int ValueField = FirstUnionField + (int)CompareTarget.Value;
    private const int RangeEndField = 64;

    private CompareTarget Target { get; init; }

    private CompareResult Result { get; init; }

    private KeyInterval Interval { get; init; }

    private long Number { get; init; }

    private ReadOnlyMemory<byte> Value { get; init; }

    /// <summary>Reads and checks a compare; null if it can be made.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> compare, out CompareFields fields)
    {
        ReadOnlyMemory<byte> key = default, rangeEnd = default, value = default;
        int result = 0, target = 0, unionField = 0;
        long number = 0;
        var reader = new WireReader(compare.Span);
        while (reader.Next())
        {
            switch (reader.Tag)
            {
                case 1 << 3 | (uint)WireType.Varint:
                    result = unchecked((int)reader.Varint());
                    break;
                case 2 << 3 | (uint)WireType.Varint:
                    target = unchecked((int)reader.Varint());
                    break;
                case 3 << 3 | (uint)WireType.Length:
                    key = reader.Bytes(compare);
                    break;
                case 4 << 3 | (uint)WireType.Varint:
                case 5 << 3 | (uint)WireType.Varint:
                case 6 << 3 | (uint)WireType.Varint:
                case 8 << 3 | (uint)WireType.Varint:
                    unionField = (int)(reader.Tag >> 3);
                    number = unchecked((long)reader.Varint());
                    value = default;
                    break;
                case ValueField << 3 | (uint)WireType.Length:
                    unionField = ValueField;
                    value = reader.Bytes(compare);
                    number = 0;
                    break;
                case RangeEndField << 3 | (uint)WireType.Length:
                    rangeEnd = reader.Bytes(compare);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        fields = new CompareFields
        {
            Target = (CompareTarget)target,
            Result = (CompareResult)result,
            Interval = new KeyInterval(key, rangeEnd),
            Number = number,
            Value = value,
        };

        // A union left out is the target's zero: clients may leave zeroes out.
        return reader.IsDamaged ? Refusal.NotAMessage
            : key.IsEmpty ? Refusal.NoKey
            : (uint)result > (uint)CompareResult.NotEqual || (uint)target > (uint)CompareTarget.Lease ? Refusal.UnknownCompare
            : unionField != 0 && unionField != target + FirstUnionField ? Refusal.MismatchedCompare
            : null;
    }

    /// <summary>Whether every key of the compare's interval is as it says. Where there is none, its numbers are zero and it has no value.</summary>
    public bool Holds(KeyIndexRoot index)
    {
        if (Interval.IsSingle)
        {
            return index.TryFind(Interval.Start.Span, out var found) ? Holds(found.Newest) : HoldsWithoutKey;
        }

        var isAny = false;
        foreach (var slot in index.Scan(Interval))
        {
            isAny = true;
            if (!Holds(slot.Newest))
            {
                return false;
            }
        }

        return isAny || HoldsWithoutKey;
    }

    private bool HoldsWithoutKey => Target != CompareTarget.Value && Is(0L.CompareTo(Number));

    private bool Holds(KeyVersion version) => Is(Target switch
    {
        CompareTarget.Version => version.Version.CompareTo(Number),
        CompareTarget.Create => version.CreateRevision.CompareTo(Number),
        CompareTarget.Mod => version.ModRevision.CompareTo(Number),
        CompareTarget.Value => version.Value.Span.SequenceCompareTo(Value.Span),
        _ => 0L.CompareTo(Number), // There are no leases: every key's is zero.
    });

    private bool Is(int order) => Result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        _ => order != 0,
    };

    private enum CompareResult
    {
        Equal = 0,
        Greater = 1,
        Less = 2,
        NotEqual = 3,
    }

    private enum CompareTarget
    {
        Version = 0,
        Create = 1,
        Mod = 2,
        Value = 3,
        Lease = 4,
    }
}
