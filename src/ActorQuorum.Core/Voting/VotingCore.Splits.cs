using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>Rows QC-3 and QC-4: votes that stay split. The largest group stays, of equal ones that of the better candidate; the others leave, and the rest counts again.</content>
internal sealed partial class VotingCore
{
    private static readonly TimeSpan s_abstainFor = TimeSpan.FromSeconds(5);
    private TimeSpan _abstainUntil;

    /// <summary>Votes differ for as long as their voters see different members, and a loss takes so long to be seen.</summary>
    private TimeSpan SplitPatience => _options.LostAfter + _options.Settle;

    private void ResolveSplit(int undecided)
    {
        if (undecided > 0 || _tally.Count < 2 || _now - _settledSince < SplitPatience) return;
        if (!ElectsInFormation && (_now - _startedAt < _options.Discovery || !EldestThatCanElect().IsNone)) return;
        var order = new CandidateOrder(VotesByOneMetric() ? _options.Metric : VotingMetric.EarliestBirth);
        var winner = _vote;
        foreach (var (candidate, votes) in _tally)
        {
            if (votes > _tally[winner] || (votes == _tally[winner] && order.Compare(MemberOf(candidate), MemberOf(winner)) < 0)) winner = candidate;
        }

        if (winner != _vote) LeaveSplit(winner);
    }

    private bool VotesByOneMetric()
    {
        foreach (var peer in _peers.Values)
            if (peer.IsLive && IsElector(peer) && peer.Last!.Metric != _options.Metric) return false;
        return true;
    }

    private VotingMember? MemberOf(MemberId id) =>
        id == Self.Id ? Self : _peers.TryGetValue(id, out var peer) ? peer.Member : _roster.Find(id)?.Member;

    private void LeaveSplit(MemberId winner)
    {
        var cause = $"there is no majority: {_tally[_vote]} voted as it did, {_tally[winner]} for {MemberOf(winner)?.Name ?? "another"}, "
            + "and the largest group stays.";
        if (_options.OnMinority == OnMinority.Stop)
        {
            BeginFarewell(VotingStopReason.NoMajority, $"It dispatches because {cause}");
            return;
        }

        Say(new MajorityAwaited(cause));
        LeaveFormation();
        _openSince = _sequence + 1;
        _abstainUntil = _now + s_abstainFor;
        _standing = Standing.Abstaining;
        _vote = MemberId.None;
    }
}
