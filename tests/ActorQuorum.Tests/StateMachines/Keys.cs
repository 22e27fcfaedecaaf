using ActorQuorum.StateMachines;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>Keys for tests: few, close to each other, with the bytes at which ranges go wrong.</summary>
internal static class Keys
{
    /// <summary>Orders keys as the store does.</summary>
    public static IComparer<byte[]> Order { get; } =
        Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));

    /// <summary>A few dozen keys of one to three bytes: they collide and are prefixes of each other.</summary>
    public static Gen<byte[]> Few { get; } =
        from length in Gen.Choose(1, 3)
        from bytes in Gen.ArrayOf(Gen.Elements<byte>(0, 1, (byte)'a', (byte)'b', 255), length)
        select bytes;

    /// <summary>Thousands of keys: they fill a tree of several levels.</summary>
    public static Gen<byte[]> Many { get; } =
        from high in Gen.Choose(0, 255)
        from low in Gen.Choose(0, 31)
        select new[] { (byte)high, (byte)low };

    /// <summary>Where a range ends: nowhere, one key, everything, a prefix, any key.</summary>
    public static Gen<byte[]> RangeEnd { get; } =
        Gen.OneOf(Gen.Constant(Array.Empty<byte>()), Gen.Constant(new byte[] { 0 }), Few);

    /// <summary>Whether <paramref name="key"/> lies in an interval, said the long way.</summary>
    public static bool IsIn(byte[] key, byte[] start, byte[] rangeEnd) =>
        rangeEnd.Length == 0
            ? key.AsSpan().SequenceEqual(start)
            : Order.Compare(key, start) >= 0 && ((rangeEnd.Length == 1 && rangeEnd[0] == 0) || Order.Compare(key, rangeEnd) < 0);

    /// <summary>An interval.</summary>
    public static KeyInterval Interval(byte[] start, byte[] rangeEnd) => new(start, rangeEnd);
}
