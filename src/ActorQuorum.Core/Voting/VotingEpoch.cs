using System.Globalization;

namespace ActorQuorum.Core.Voting;

/// <summary>Which formation: nodes that once founded a common mastership, and all that joined them since. The one founded earlier is the elder.</summary>
/// <param name="FoundedMs">When it was founded, on its founder's clock: milliseconds since 1970.</param>
/// <param name="Salt">Drawn by its founder, so that no two are equal.</param>
internal readonly record struct FormationId(long FoundedMs, ulong Salt) : IComparable<FormationId>
{
    /// <summary>No formation: a node that has not joined or founded one yet.</summary>
    public static FormationId None => default;

    /// <summary>Whether this is no formation.</summary>
    public bool IsNone => this == default;

    /// <summary>Whether this is the elder of two formations that meet.</summary>
    public bool IsElderThan(FormationId other) => CompareTo(other) < 0;

    /// <inheritdoc/>
    public int CompareTo(FormationId other) =>
        FoundedMs != other.FoundedMs ? FoundedMs.CompareTo(other.FoundedMs) : Salt.CompareTo(other.Salt);

    /// <inheritdoc/>
    public override string ToString() => Salt.ToString("x", CultureInfo.InvariantCulture);
}

/// <summary>
/// One mastership: the fencing token. The counter rises with each mastership that a node has heard of, in whatever formation, and is durable
/// before it is acted on: a greater counter is a later mastership.
/// </summary>
/// <param name="Formation">Whose mastership.</param>
/// <param name="Counter">Which one.</param>
internal readonly record struct VotingEpoch(FormationId Formation, long Counter)
{
    /// <summary>No mastership yet.</summary>
    public static VotingEpoch None => default;

    /// <summary>Whether there was none yet.</summary>
    public bool IsNone => this == default;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "none" : string.Create(CultureInfo.InvariantCulture, $"{Counter}@{Formation}");
}
