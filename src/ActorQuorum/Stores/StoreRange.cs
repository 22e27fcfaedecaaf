using ActorQuorum.StateMachines;

namespace ActorQuorum.Stores;

/// <summary>Which keys are meant. Keys are ordered byte by byte.</summary>
public sealed record StoreRange
{
    private static readonly byte[] s_zero = [0];
    private static readonly StoreRange s_nothing = new(new byte[] { 1 }, new byte[] { 1 });

    private StoreRange(ReadOnlyMemory<byte> start, ReadOnlyMemory<byte> end) => Interval = new(start, end);

    /// <summary>Every key.</summary>
    public static StoreRange All { get; } = new(s_zero, s_zero);

    /// <summary>The range as the store reads it.</summary>
    internal KeyInterval Interval { get; }

    /// <summary>One key.</summary>
    /// <param name="key">The key; not empty.</param>
    /// <returns>The range.</returns>
    public static StoreRange Of(Bytes key) => new(Checked(key).Memory, default);

    /// <summary>A key and all after it.</summary>
    /// <param name="first">The first key; not empty.</param>
    /// <returns>The range.</returns>
    public static StoreRange From(Bytes first) => new(Checked(first).Memory, s_zero);

    /// <summary>The keys from one to another.</summary>
    /// <param name="first">The first key; not empty.</param>
    /// <param name="end">The first key beyond; not empty.</param>
    /// <returns>The range, empty if the end does not lie above the first key.</returns>
    public static StoreRange Between(Bytes first, Bytes end)
    {
        // As an end, a lone zero byte means "to the last key" to etcd. Here it is a key, which none lies below: nothing is meant.
        if (Checked(end).Span.SequenceEqual(s_zero)) return s_nothing;
        return new(Checked(first).Memory, end.Memory);
    }

    /// <summary>The keys that begin so.</summary>
    /// <param name="prefix">How they begin; empty means every key.</param>
    /// <returns>The range.</returns>
    public static StoreRange StartingWith(Bytes prefix)
    {
        if (prefix.IsEmpty) return All;
        var end = prefix.Span.TrimEnd((byte)0xFF).ToArray();
        if (end.Length == 0) return From(prefix);
        end[^1]++;
        return new(prefix.Memory, end);
    }

    private static Bytes Checked(Bytes key) => key.IsEmpty ? throw new ArgumentException("A key has at least one byte.", nameof(key)) : key;
}
