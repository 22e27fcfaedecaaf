namespace ActorQuorum.StateMachines;

/// <summary>Which keys a request means: etcd's reading of <c>key</c> and <c>range_end</c>. Keys are ordered byte by byte.</summary>
/// <param name="Start">The first key.</param>
/// <param name="RangeEnd">Empty: the one key. One zero byte: all keys from the first on. Else the first key beyond.</param>
internal record struct KeyInterval(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> RangeEnd) : IWireFields
{
    /// <summary>Whether one key is meant.</summary>
    public readonly bool IsSingle => RangeEnd.IsEmpty;

    /// <summary>Whether the interval goes on to the last key.</summary>
    public readonly bool IsOpen => RangeEnd.Length == 1 && RangeEnd.Span[0] == 0;

    /// <summary>Whether <paramref name="key"/> lies beyond the end of an interval that <see cref="IsSingle">is not single</see>.</summary>
    public readonly bool IsBeyond(ReadOnlySpan<byte> key) => !IsOpen && key.SequenceCompareTo(RangeEnd.Span) >= 0;

    /// <summary>Takes the two fields with which ranges and deletes begin.</summary>
    public bool TryTake(ref WireReader reader, ReadOnlyMemory<byte> message)
    {
        switch (reader.Tag)
        {
            case 1 << 3 | (uint)WireType.Length:
                Start = reader.Bytes(message);
                return true;
            case 2 << 3 | (uint)WireType.Length:
                RangeEnd = reader.Bytes(message);
                return true;
            default:
                return false;
        }
    }
}
