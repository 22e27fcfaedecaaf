using System.Collections.Immutable;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>What a majority is, counted here beside the core: a bug there must not excuse itself.</summary>
internal static class Majority
{
    /// <summary>Whether those for whom <paramref name="holds"/> are a majority of each configuration in force.</summary>
    public static bool Of(Membership membership, Func<MemberId, bool> holds)
    {
        var incoming = membership.Members.Where(member => member.IsVoter).Select(member => member.Id).ToImmutableArray();
        var outgoing = membership.Members.Where(member => member.IsOutgoing).Select(member => member.Id).ToImmutableArray();
        return Of(incoming, holds) && (outgoing.IsEmpty || Of(outgoing, holds));
    }

    /// <summary>The voters in words.</summary>
    public static string Text(Membership membership) =>
        $"{Names(membership.Voters)}{(membership.IsJoint ? $" and of {Names(membership.Outgoing)}" : "")}";

    private static bool Of(ImmutableArray<MemberId> voters, Func<MemberId, bool> holds) => voters.Count(holds) * 2 > voters.Length;

    private static string Names(ImmutableArray<Member> voters) => string.Join(' ', voters.Select(voter => voter.Id));
}
