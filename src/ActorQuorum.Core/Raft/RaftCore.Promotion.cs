using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <content>
/// Newcomers follow without a vote until they have caught up (Raft §6, dissertation §4.2.1). The promotion that waits for that stands in the
/// configuration, with its patience. Each leader counts the patience from when it began to wait: a change of leader prolongs it, but nothing
/// waits for a pending promotion, so no newcomer that never comes holds up anything.
/// </content>
internal sealed partial class RaftCore
{
    private readonly SortedDictionary<long, TimeSpan> _waitingSince = [];

    /// <summary>Those who were added together are promoted together, once all have caught up, or none.</summary>
    private void AdvancePromotions()
    {
        foreach (var member in _memberships.Latest.Members)
        {
            if (!member.IsPending) continue;
            if (!_waitingSince.TryGetValue(member.Session, out var since)) _waitingSince[member.Session] = since = _now;
            if (TryPromote(member.Session)) return;
            if (_now - since < member.Patience) continue;
            GiveUpPromotion(member.Session);
            return;
        }
    }

    private bool TryPromote(long session)
    {
        var latest = _memberships.Latest;
        foreach (var member in latest.Members)
            if (member.IsPending && member.Session == session && !IsCaughtUp(member.Id))
                return false;
        var joint = MembershipPlan.Joint(latest, member => member.IsVoter || (member.IsPending && member.Session == session));
        if (!HasHealthyMajority(joint)) return false;
        AppendConfiguration(joint);
        return true;
    }

    private void GiveUpPromotion(long session) =>
        AppendConfiguration(_memberships.Latest.Select(member => member.Session == session ? member with { Patience = TimeSpan.Zero } : member));

    /// <summary>Whether a learner would hold nobody up as a voter: it answers, its data directory is bound and proven, and its last round was short.</summary>
    private bool IsCaughtUp(MemberId id) =>
        FollowerOf(id) is { } follower && Counts(follower) && IsHeard(follower)
        && follower.HasCaughtUp(_log.LastIndex, _now, _options.ElectionTimeout);

    private MembershipPlan? BehindAmong(ImmutableArray<MemberId> learners)
    {
        foreach (var id in learners)
        {
            if (IsCaughtUp(id)) continue;
            var state = FollowerOf(id) is not { Incarnation: > 0 } follower ? "was never heard"
                : !IsHeard(follower) ? "does not answer"
                : $"holds the log up to {follower.MatchIndex} of {_log.LastIndex}";
            return new(null, MembershipRefusal.LearnerNotReady, $"the learner {id} is not ready to vote: it {state}");
        }

        return null;
    }
}
