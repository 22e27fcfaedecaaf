using System.Collections.Immutable;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <summary>Which state of a formation's roster: only the master of epoch <paramref name="Counter"/> made it, so one stamp is one content.</summary>
/// <param name="Counter">The epoch's counter.</param>
/// <param name="Version">Counts that master's rosters.</param>
internal readonly record struct RosterStamp(long Counter, long Version) : IComparable<RosterStamp>
{
    /// <inheritdoc/>
    public int CompareTo(RosterStamp other) => Counter != other.Counter ? Counter.CompareTo(other.Counter) : Version.CompareTo(other.Version);
}

/// <summary>A member as its formation took it in.</summary>
/// <param name="Member">The member.</param>
/// <param name="Since">The number of the message by which it was open for that: once it is open anew, this entry is void for good.</param>
internal sealed record RosterEntry(VotingMember Member, long Since)
{
    /// <summary>The member's id.</summary>
    public MemberId Id => Member.Id;
}

/// <summary>
/// The members of a formation that count, live or lost. Only an acting master changes it. While a change is under way a majority is one
/// of the members before and one of the members after (Raft §6), so that no two majorities miss each other.
/// </summary>
/// <param name="Stamp">Which state this is.</param>
/// <param name="Members">The members, in ascending order of their ids.</param>
/// <param name="Before">The members before a change that is under way; empty if none is.</param>
internal sealed record Roster(RosterStamp Stamp, ImmutableArray<RosterEntry> Members, ImmutableArray<MemberId> Before)
{
    /// <summary>The roster of a node that has no formation.</summary>
    public static Roster Empty { get; } = new(default, [], []);

    /// <summary>Whether a change is under way.</summary>
    public bool IsChanging => !Before.IsEmpty;

    /// <summary>The entry of this id, or null.</summary>
    public RosterEntry? Find(MemberId id)
    {
        var (low, high) = (0, Members.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = Members[middle].Id.CompareTo(id);
            if (order == 0) return Members[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }

    /// <summary>Whether this id counts.</summary>
    public bool Contains(MemberId id) => Find(id) is not null;

    /// <summary>Whether those for whom <paramref name="speaks"/> are a majority, not counting those for whom <paramref name="isGone"/>.</summary>
    public bool IsMajority(Func<MemberId, bool> speaks, Func<MemberId, bool> isGone)
    {
        var (for1, all1, for2, all2) = (0, 0, 0, 0);
        foreach (var member in Members) Count(member.Id, ref for1, ref all1);
        foreach (var id in Before) Count(id, ref for2, ref all2);
        return 2 * for1 > all1 && (Before.IsEmpty || 2 * for2 > all2);

        void Count(MemberId id, ref int those, ref int all)
        {
            if (isGone(id)) return;
            all++;
            if (speaks(id)) those++;
        }
    }

    /// <inheritdoc/>
    public bool Equals(Roster? other) =>
        other is not null && Stamp == other.Stamp && Members.AsSpan().SequenceEqual(other.Members.AsSpan())
        && Before.AsSpan().SequenceEqual(other.Before.AsSpan());

    /// <inheritdoc/>
    public override int GetHashCode() => (int)(Stamp.Counter * 397) ^ (int)Stamp.Version;
}
