using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>Row QC-5: a node that sees as many of its members lost as live, or more, is soon gone, or waits if it is to wait; it never acts.</summary>
internal sealed class QuitsInMinority(VotingCluster cluster) : VotingInvariant
{
    private static readonly TimeSpan s_glance = TimeSpan.FromMilliseconds(200);

    /// <summary>Longer than a member is expected that was never met.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);
    private readonly SortedDictionary<int, (MemberId Start, TimeSpan LookedAt, TimeSpan Since)> _seen = [];

    public override void Stepped(SimulatedVoter voter, VoterView before, VoterView now)
    {
        var (start, lookedAt, since) = _seen.GetValueOrDefault(voter.Number);
        if (start == now.Start && cluster.Now - lookedAt < s_glance) return;

        // A node that was paused or starved between two looks has not had the time.
        var isFresh = start != now.Start || cluster.Now - lookedAt > 2 * s_glance || voter.MostTurnDelay > TimeSpan.Zero;
        if (isFresh || !IsMinority(voter.Core)) since = cluster.Now;
        _seen[voter.Number] = (now.Start, cluster.Now, since);
        if (cluster.Now - since < s_patience) return;
        Demand(
            voter.Core.IsLeaving || (voter.Waits && !voter.IsActing),
            $"{voter} has seen more lost than live for {cluster.Now - since}");
    }

    private static bool IsMinority(VotingCore core)
    {
        if (core.Epoch.IsNone) return false;
        var (live, lost) = (1, 0);
        foreach (var other in core.Others)
        {
            if (!other.IsInRoster) continue;
            var isBack = other.State == MemberState.Known
                && core.Others.Any(back => back.State == MemberState.Live && back.Member.IsReturnOf(other.Member));
            if (other.State == MemberState.Live || isBack) live++;
            else if (other.State == MemberState.Lost) lost++;
        }

        return live <= lost;
    }
}
