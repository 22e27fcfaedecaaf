using System.Globalization;

namespace ActorQuorum.Core.Raft;

/// <summary>The number of a member, unique in its cluster: etcd's member id. Zero is nobody.</summary>
/// <param name="Value">The number as it stands on the wire.</param>
public readonly record struct MemberId(ulong Value) : IComparable<MemberId>
{
    /// <summary>Nobody: no leader known, no vote cast.</summary>
    public static MemberId None => default;

    /// <summary>Whether this is nobody.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(MemberId other) => Value.CompareTo(other.Value);

    /// <summary>Sixteen hexadecimal digits at most, as etcd prints member ids.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => Value.ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    /// <param name="left">One id.</param>
    /// <param name="right">Another id.</param>
    public static bool operator <(MemberId left, MemberId right) => left.Value < right.Value;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    /// <param name="left">One id.</param>
    /// <param name="right">Another id.</param>
    public static bool operator >(MemberId left, MemberId right) => left.Value > right.Value;

    /// <summary>Whether <paramref name="left"/> sorts before or with <paramref name="right"/>.</summary>
    /// <param name="left">One id.</param>
    /// <param name="right">Another id.</param>
    public static bool operator <=(MemberId left, MemberId right) => left.Value <= right.Value;

    /// <summary>Whether <paramref name="left"/> sorts after or with <paramref name="right"/>.</summary>
    /// <param name="left">One id.</param>
    /// <param name="right">Another id.</param>
    public static bool operator >=(MemberId left, MemberId right) => left.Value >= right.Value;
}
