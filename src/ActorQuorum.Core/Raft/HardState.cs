using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>A member and the data directory it is bound to.</summary>
/// <param name="Id">The member.</param>
/// <param name="Incarnation">The random number of its data directory; zero while unbound.</param>
internal readonly record struct Member(MemberId Id, ulong Incarnation);

/// <summary>What must be durable before any message that depends on it leaves (Raft figure 2, "persistent state").</summary>
/// <param name="Term">The latest term seen.</param>
/// <param name="Vote">Who got this node's vote in <paramref name="Term"/>, or nobody.</param>
/// <param name="Proven">Whether this incarnation may vote and count (docs/deviations.md, "Identity").</param>
/// <param name="Founding">The founding view this node prepared: every first member with its incarnation; empty before that.</param>
internal sealed record HardState(long Term, MemberId Vote, bool Proven, ImmutableArray<Member> Founding)
{
    /// <summary>The state of a node that never ran.</summary>
    public static HardState Initial { get; } = new(0, MemberId.None, false, []);

    /// <summary>
    /// A number of a founding view (FNV-1a), zero if it is empty. The logs of one cluster go back to one founding; entries of another may have
    /// the same index and term and be others.
    /// </summary>
    public static ulong FingerprintOf(ImmutableArray<Member> view)
    {
        if (view.IsEmpty) return 0;
        var hash = 14695981039346656037ul;
        foreach (var member in view) hash = Mix(Mix(hash, member.Id.Value), member.Incarnation);
        return hash;
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        for (var i = 0; i < 64; i += 8) hash = unchecked((hash ^ ((value >> i) & 0xFF)) * 1099511628211);
        return hash;
    }

    /// <inheritdoc/>
    public bool Equals(HardState? other) =>
        other is not null && Term == other.Term && Vote == other.Vote && Proven == other.Proven
        && Founding.AsSpan().SequenceEqual(other.Founding.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)(Term * 31 + (long)Vote.Value * 17 + Founding.Length));
}
