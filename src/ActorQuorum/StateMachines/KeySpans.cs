namespace ActorQuorum.StateMachines;

/// <summary>A set of keys as stretches, in ascending order and apart from each other. Immutable.</summary>
internal sealed class KeySpans
{
    private readonly List<Span> _spans;

    private KeySpans(List<Span> spans) => _spans = spans;

    /// <summary>No key.</summary>
    public static KeySpans None { get; } = new([]);

    /// <summary>The keys of some intervals. One that does not end above its start has none here, not even if it is open.</summary>
    public static KeySpans Of(IEnumerable<KeyInterval> intervals)
    {
        var spans = new List<Span>();
        foreach (var interval in intervals)
        {
            var span = new Span(interval.Start, interval.IsSingle ? Successor(interval.Start) : interval.RangeEnd);
            if (Compare(span.Start, span.End) < 0)
            {
                spans.Add(span);
            }
        }

        spans.Sort((left, right) => Compare(left.Start, right.Start));
        return Joined(spans);
    }

    /// <summary>Whether <paramref name="key"/> is in the set.</summary>
    public bool Contain(ReadOnlySpan<byte> key)
    {
        var low = 0;
        var high = _spans.Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (key.SequenceCompareTo(_spans[middle].Start.Span) < 0)
            {
                high = middle - 1;
            }
            else if (key.SequenceCompareTo(_spans[middle].End.Span) >= 0)
            {
                low = middle + 1;
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The keys of both sets.</summary>
    public KeySpans Union(KeySpans other)
    {
        if (_spans.Count == 0 || other._spans.Count == 0)
        {
            return _spans.Count == 0 ? other : this;
        }

        var merged = new List<Span>(_spans.Count + other._spans.Count);
        int left = 0, right = 0;
        while (left < _spans.Count && right < other._spans.Count)
        {
            merged.Add(Compare(_spans[left].Start, other._spans[right].Start) <= 0 ? _spans[left++] : other._spans[right++]);
        }

        merged.AddRange(_spans[left..]);
        merged.AddRange(other._spans[right..]);
        return Joined(merged);
    }

    private static KeySpans Joined(List<Span> ordered)
    {
        var last = -1;
        for (var i = 0; i < ordered.Count; i++)
        {
            var span = ordered[i];
            if (last < 0 || Compare(span.Start, ordered[last].End) > 0)
            {
                ordered[++last] = span;
            }
            else if (Compare(span.End, ordered[last].End) > 0)
            {
                ordered[last] = ordered[last] with { End = span.End };
            }
        }

        ordered.RemoveRange(last + 1, ordered.Count - last - 1);
        return new KeySpans(ordered);
    }

    private static ReadOnlyMemory<byte> Successor(ReadOnlyMemory<byte> key)
    {
        var successor = new byte[key.Length + 1];
        key.CopyTo(successor);
        return successor;
    }

    private static int Compare(ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceCompareTo(right.Span);

    private readonly record struct Span(ReadOnlyMemory<byte> Start, ReadOnlyMemory<byte> End);
}
