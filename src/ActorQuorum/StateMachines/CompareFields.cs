namespace ActorQuorum.StateMachines;

/// <summary>
/// The fields of a txn's Compare; the bytes are parts of the request's memory. A number or value that is not the target's, or is left out,
/// counts as zero or empty; an unknown target is always equal, an unknown result always holds: so etcd reads them.
/// </summary>
internal struct CompareFields : IWireFields
{
    // The union's fields stand in the order of the targets they belong to.
    private const int FirstUnionField = 4;
    private const int ValueField = FirstUnionField + (int)CompareTarget.Value;
    private const int RangeEndField = 64;

    private ReadOnlyMemory<byte> _key;
    private ReadOnlyMemory<byte> _rangeEnd;
    private ReadOnlyMemory<byte> _value;
    private CompareTarget _target;
    private CompareResult _result;
    private int _unionField;
    private long _number;

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

    private readonly KeyInterval Interval => new(_key, _rangeEnd);

    private readonly bool IsUnionOfTarget => _unionField == (int)_target + FirstUnionField;

    private readonly long Number => IsUnionOfTarget ? _number : 0;

    private readonly ReadOnlySpan<byte> Value => IsUnionOfTarget ? _value.Span : default;

    /// <summary>Reads and checks a compare; null if it can be made.</summary>
    public static Refusal? Read(ReadOnlyMemory<byte> compare, out CompareFields fields)
    {
        fields = default;
        return !WireFields.TryRead(compare, ref fields) ? Refusal.NotAMessage
            : fields._key.IsEmpty ? Refusal.NoKey
            : null;
    }

    /// <inheritdoc/>
    public bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message)
    {
        switch (reader.Tag)
        {
            case 1 << 3 | (uint)WireType.Varint:
                _result = (CompareResult)unchecked((int)reader.Varint());
                return true;
            case 2 << 3 | (uint)WireType.Varint:
                _target = (CompareTarget)unchecked((int)reader.Varint());
                return true;
            case 3 << 3 | (uint)WireType.Length:
                _key = reader.Bytes(message);
                return true;
            case 4 << 3 | (uint)WireType.Varint:
            case 5 << 3 | (uint)WireType.Varint:
            case 6 << 3 | (uint)WireType.Varint:
            case 8 << 3 | (uint)WireType.Varint:
                _unionField = (int)(reader.Tag >> 3);
                _number = reader.Number();
                return true;
            case ValueField << 3 | (uint)WireType.Length:
                _unionField = ValueField;
                _value = reader.Bytes(message);
                return true;
            case RangeEndField << 3 | (uint)WireType.Length:
                _rangeEnd = reader.Bytes(message);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether every key of the compare's interval is as it says. Where there is none, its numbers are zero and it has no value.</summary>
    public readonly bool Holds(KeyIndexRoot index)
    {
        if (Interval.IsSingle)
        {
            return index.TryFind(_key.Span, out var found) ? Holds(found.Newest) : HoldsWithoutKey;
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

    private readonly bool HoldsWithoutKey => _target switch
    {
        CompareTarget.Value => false,
        CompareTarget.Version or CompareTarget.Create or CompareTarget.Mod or CompareTarget.Lease => Is(0L.CompareTo(Number)),
        _ => Is(0),
    };

    private readonly bool Holds(KeyVersion version) => Is(_target switch
    {
        CompareTarget.Version => version.Version.CompareTo(Number),
        CompareTarget.Create => version.CreateRevision.CompareTo(Number),
        CompareTarget.Mod => version.ModRevision.CompareTo(Number),
        CompareTarget.Value => version.Value.Span.SequenceCompareTo(Value),
        CompareTarget.Lease => 0L.CompareTo(Number), // There are no leases: every key's is zero.
        _ => 0,
    });

    private readonly bool Is(int order) => _result switch
    {
        CompareResult.Equal => order == 0,
        CompareResult.Greater => order > 0,
        CompareResult.Less => order < 0,
        CompareResult.NotEqual => order != 0,
        _ => true,
    };
}
