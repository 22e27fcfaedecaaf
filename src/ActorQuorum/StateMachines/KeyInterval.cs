namespace ActorQuorum.StateMachines;

/// <summary>Which keys a request means: etcd's reading of <c>key</c> and <c>range_end</c>. Keys are ordered byte by byte.</summary>
/// <param name="Start">The first key.</param>
/// <param name="RangeEnd">Empty: the one key. One zero byte: all keys from the first on. Else the first key beyond.</param>
internal readonly record struct KeyInterval(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> RangeEnd)
{
    /// <summary>Whether one key is meant.</summary>
    public bool IsSingle => RangeEnd.IsEmpty;

    /// <summary>Whether the interval goes on to the last key.</summary>
    public bool IsOpen => RangeEnd.Length == 1 && RangeEnd.Span[0] == 0;

    /// <summary>Whether <paramref name="key"/> lies beyond the end of an interval that <see cref="IsSingle">is not single</see>.</summary>
    public bool IsBeyond(ReadOnlySpan<byte> key) => !IsOpen && key.SequenceCompareTo(RangeEnd.Span) >= 0;
}
