using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <summary>
/// Who votes, who follows, and which data directory each member is bound to. While two configurations are in force (Raft §6, joint
/// consensus) every quorum is a majority of both. The one place that knows what a quorum is.
/// </summary>
internal sealed class Membership
{
    /// <summary>The most members of one configuration, learners included.</summary>
    public const int MaxMembers = 64;

    /// <summary>Makes a membership of <paramref name="voters"/>, in ascending order of their ids.</summary>
    public Membership(ImmutableArray<Member> voters)
        : this([.. voters.Select(voter => new ConfiguredMember(voter.Id, voter.Incarnation) { IsVoter = true })])
    {
    }

    /// <summary>Makes a membership of <paramref name="members"/>, in ascending order of their ids.</summary>
    public Membership(ImmutableArray<ConfiguredMember> members)
    {
        Members = members;
        Voters = [.. members.Where(member => member.IsVoter).Select(member => new Member(member.Id, member.Incarnation))];
        Outgoing = [.. members.Where(member => member.IsOutgoing).Select(member => new Member(member.Id, member.Incarnation))];
    }

    /// <summary>Nobody: what a node knows that has yet to be told who its cluster is.</summary>
    public static Membership Empty { get; } = new(ImmutableArray<ConfiguredMember>.Empty);

    /// <summary>All members, in ascending order.</summary>
    public ImmutableArray<ConfiguredMember> Members { get; }

    /// <summary>The voters; while joint, those of C_new.</summary>
    public ImmutableArray<Member> Voters { get; }

    /// <summary>While joint, the voters of C_old; else none.</summary>
    public ImmutableArray<Member> Outgoing { get; }

    /// <summary>The members without a vote.</summary>
    public IEnumerable<ConfiguredMember> Learners => Members.Where(member => member.IsLearner);

    /// <summary>Whether two configurations are in force: C_old,new.</summary>
    public bool IsJoint => !Outgoing.IsEmpty;

    /// <summary>Members that are not yet bound to a data directory.</summary>
    public static Membership Unbound(ImmutableArray<MemberId> members) => new([.. members.Select(id => new Member(id, 0))]);

    /// <summary>The member <paramref name="id"/>, or null.</summary>
    public ConfiguredMember? Find(MemberId id)
    {
        foreach (var member in Members)
            if (member.Id == id)
                return member;
        return null;
    }

    /// <summary>Whether <paramref name="id"/> has a vote, in either configuration.</summary>
    public bool IsVoter(MemberId id) => Find(id) is { IsLearner: false };

    /// <summary>The incarnation that <paramref name="id"/> is bound to; zero if unbound.</summary>
    public ulong BindingOf(MemberId id) => Find(id)?.Incarnation ?? 0;

    /// <summary>
    /// Whether the entry at <paramref name="index"/> that says this founds a cluster anew (<see cref="ClusterOfOne"/>): it makes a voter of whom it
    /// adds. In every change somebody learns before he votes.
    /// </summary>
    public bool IsFoundedAt(long index) => Members.Any(member => member.IsVoter && member.Session == index);

    /// <summary>The same membership with <paramref name="id"/> bound to another data directory.</summary>
    public Membership Bind(MemberId id, ulong incarnation) =>
        Select(member => member.Id == id ? member with { Incarnation = incarnation } : member);

    /// <summary>The same membership with each member as <paramref name="become"/> has it; those it answers null for are gone.</summary>
    public Membership Select(Func<ConfiguredMember, ConfiguredMember?> become) =>
        new([.. Members.Select(become).OfType<ConfiguredMember>()]);

    /// <summary>The same membership with <paramref name="newcomers"/>.</summary>
    public Membership With(IEnumerable<ConfiguredMember> newcomers) =>
        new([.. Members.Concat(newcomers).OrderBy(member => member.Id)]);

    /// <summary>Whether those for whom <paramref name="holds"/> are a majority; while joint, of both configurations.</summary>
    public bool IsQuorum(Func<MemberId, bool> holds) => IsMajority(Voters, holds) && (!IsJoint || IsMajority(Outgoing, holds));

    /// <summary>Whether those for whom <paramref name="denies"/> leave no quorum; while joint, a majority of either suffices.</summary>
    public bool IsDenied(Func<MemberId, bool> denies) => IsMajority(Voters, denies) || (IsJoint && IsMajority(Outgoing, denies));

    /// <summary>The greatest number that a majority of the voters has reached; while joint, that both majorities have.</summary>
    public long QuorumOf(Func<MemberId, long> reached)
    {
        var index = MajorityOf(Voters, reached);
        return IsJoint ? Math.Min(index, MajorityOf(Outgoing, reached)) : index;
    }

    /// <summary>The payload of a configuration entry.</summary>
    public byte[] Encode() => MembershipEncoding.Encode(this);

    /// <summary>Reads the payload of a configuration entry.</summary>
    public static Membership Decode(ReadOnlySpan<byte> bytes)
    {
        var isWhole = MembershipEncoding.TryDecode(bytes, out var membership);
        Invariant.Check(isWhole, $"a configuration entry of {bytes.Length} bytes that cannot be read");
        return membership;
    }

    /// <summary>Whether those for whom <paramref name="holds"/> are a majority of all voters. Voters that do not count still weigh.</summary>
    private static bool IsMajority(ImmutableArray<Member> voters, Func<MemberId, bool> holds)
    {
        var count = 0;
        foreach (var voter in voters)
            if (holds(voter.Id))
                count++;
        return count * 2 > voters.Length;
    }

    private static long MajorityOf(ImmutableArray<Member> voters, Func<MemberId, long> reached)
    {
        if (voters.IsEmpty) return 0;
        Span<long> values = stackalloc long[voters.Length];
        for (var i = 0; i < values.Length; i++) values[i] = reached(voters[i].Id);
        values.Sort();
        return values[(values.Length - 1) / 2];
    }
}
