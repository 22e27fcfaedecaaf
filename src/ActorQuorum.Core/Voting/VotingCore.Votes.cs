using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>Rows QC-2 and QC-3: each wishes for the best candidate it sees; who has a majority of live and lost behind it, unchanged for a while, may claim.</content>
internal sealed partial class VotingCore
{
    private static readonly CandidateOrder s_byBirth = new(VotingMetric.EarliestBirth);
    private readonly SortedDictionary<MemberId, int> _tally = [];
    private MemberId _vote;
    private ulong _votesHash;
    private TimeSpan _settledSince;

    private bool IsSettled => _now - _settledSince >= _options.Settle;

    /// <summary>Whether it elects within its formation; otherwise it would found one.</summary>
    private bool ElectsInFormation => HasFormation && _standing == Standing.Ordinary;

    private void ChooseVote()
    {
        _vote = MemberId.None;
        if (!_joining.IsNone || _standing == Standing.Abstaining) return;
        if (HasFormation) _vote = BestOf(_epoch.Formation);
        if (!_vote.IsNone || ElectsInFormation) return;
        var seen = EldestThatCanElect();
        _vote = seen.IsNone ? BestOfAll() : BestOf(seen);
    }

    /// <summary>
    /// Of a formation only who has come into it, and holds the newest roster, can be its master: the others would refuse it (Raft §5.4.1), and votes for it
    /// would be lost for ever; whoever holds a newer one than this node has perhaps come in by it. Whoever is open supports those near it that can elect: perhaps it counts with them.
    /// </summary>
    private MemberId BestOf(FormationId formation)
    {
        var isOurs = ElectsInFormation && formation == _epoch.Formation;
        var newest = isOurs ? _roster.Stamp : default;
        foreach (var peer in _peers.Values)
            if (IsCandidateOf(formation, peer) && peer.Last!.Stamp.CompareTo(newest) > 0) newest = peer.Last.Stamp;
        var best = isOurs && newest == _roster.Stamp ? Self : null;
        foreach (var peer in _peers.Values)
        {
            if (IsCandidateOf(formation, peer) && peer.Last!.Stamp == newest && (best is null || _order.Compare(peer.Member, best) < 0)) best = peer.Member;
        }

        return best?.Id ?? MemberId.None;
    }

    private bool IsCandidateOf(FormationId formation, Peer peer) =>
        peer.IsLive && peer.Formation == formation && peer.Last!.Standing == Standing.Ordinary && peer.Last.Joining.IsNone
        && (formation != _epoch.Formation || _roster.Contains(peer.Id) || peer.Last.Stamp.CompareTo(_roster.Stamp) > 0);

    private MemberId BestOfAll()
    {
        var best = Self;
        foreach (var peer in _peers.Values)
            if (peer.IsLive && IsElector(peer) && peer.IsUnbound && peer.Last!.Joining.IsNone && _order.Compare(peer.Member, best) < 0) best = peer.Member;
        return best.Id;
    }

    /// <summary>Whether this peer's vote counts for this node.</summary>
    private bool IsElector(Peer peer)
    {
        if (_gone.ContainsKey(peer.Id)) return false;
        if (_roster.Find(peer.Id) is { } entry) return !IsVoid(entry, peer);
        return !ElectsInFormation && peer.WasLive && peer.IsUnbound && !IsSecondOfItsName(peer);
    }

    private bool IsSecondOfItsName(Peer peer)
    {
        if (peer.Member.Name == Self.Name) return true;
        foreach (var other in _peers.Values)
        {
            if (other != peer && other.Member.Name == peer.Member.Name && other.Last is { } last && !_gone.ContainsKey(other.Id)
                && (other.IsLive || !peer.IsLive) && IsBefore(other.Member, last.Epoch, last.Stamp, peer.Member, peer.Last!)) return true;
        }

        return false;
    }

    /// <summary>A formation that can elect is near: a node without one joins it instead of founding another.</summary>
    private FormationId EldestThatCanElect()
    {
        var eldest = FormationId.None;
        foreach (var peer in _peers.Values)
        {
            if (!peer.IsLive || peer.Formation.IsNone || peer.Last!.Standing != Standing.Ordinary) continue;
            if (eldest.IsNone || peer.Formation.IsElderThan(eldest)) eldest = peer.Formation;
        }

        return eldest;
    }

    private void CountVotes()
    {
        Tally(out var electors, out var silent, out var abstaining);
        var winner = MemberId.None;
        foreach (var (candidate, votes) in _tally)
            if (HasMajority(candidate, votes, electors)) winner = candidate;

        if (IsActingNow) HandOver(winner);
        else if (_stance == Stance.Claiming) PursueClaim();
        else if (IsBound || !_isEpochDurable || !_joining.IsNone) return;
        else if (winner == Self.Id && IsSettled && (ElectsInFormation || _now - _startedAt >= _options.Discovery)) Claim();
        else if (winner.IsNone) ResolveSplit(silent + abstaining);
    }

    /// <summary>Row QC-3: more than half of live and lost; in a formation, of the roster, before and after a change of it.</summary>
    private bool HasMajority(MemberId candidate, int votes, int electors) =>
        ElectsInFormation ? _roster.IsMajority(id => VoteOf(id) == candidate, IsGoneForGood) : 2 * votes > electors;

    private MemberId VoteOf(MemberId id) =>
        id == Self.Id ? _vote : _peers.TryGetValue(id, out var peer) && peer.IsLive && IsElector(peer) ? peer.Last!.Vote : MemberId.None;

    private void Tally(out int electors, out int silent, out int abstaining)
    {
        _tally.Clear();
        (electors, silent, abstaining) = (1, 0, 0);
        var hash = Mixed(Mixed(0, Self.Id.Value), _vote.Value);
        if (!_vote.IsNone) _tally[_vote] = 1;
        else abstaining++;
        foreach (var peer in _peers.Values)
        {
            if (!IsElector(peer) || (!peer.IsLive && IsBack(peer))) continue;
            electors++;
            hash = Mixed(hash, peer.Id.Value);
            if (!peer.IsLive)
            {
                silent += IsExpected(peer) ? 1 : 0;
                continue;
            }

            var vote = peer.Last!.Vote;
            hash = Mixed(hash, vote.Value);
            if (vote.IsNone) abstaining++;
            else _tally[vote] = _tally.GetValueOrDefault(vote) + 1;
        }

        if (hash == _votesHash) return;
        (_votesHash, _settledSince) = (hash, _now);
    }

    private static ulong Mixed(ulong hash, ulong value) => ((hash ^ value) * 0x100000001B3) + 0x9E3779B97F4A7C15;
}
