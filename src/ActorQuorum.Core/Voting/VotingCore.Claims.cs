using System.Collections.Immutable;

namespace ActorQuorum.Core.Voting;

/// <content>
/// Row QC-12: nobody acts before its election is settled. Who won the votes claims the next epoch, and acts once a majority has accepted it durably:
/// the votes choose, the epoch makes sure that no two were chosen at once (Raft §5.2).
/// </content>
internal sealed partial class VotingCore
{
    private TimeSpan _claimedAt;
    private long _tenure;

    private void Claim()
    {
        var counter = NextCounter;
        if (counter >= MostCounter) return;
        var electors = ElectsInFormation ? null : FoundingRoster(counter);
        var formation = electors is null
            ? _epoch.Formation
            : new FormationId(Self.BirthMs + (long)(_now - _startedAt).TotalMilliseconds, _random.Next());
        Accept(new(formation, counter), Self.Id, Stance.Claiming);
        if (electors is not null) _roster = electors;
        _standing = Standing.Ordinary;
        _claimedAt = _now;
        _tenure = counter;
        foreach (var peer in _peers.Values) peer.VouchedAt = Peer.Never;
    }

    /// <summary>Live and lost: a founder needs more than half of all that it ever was connected with.</summary>
    private Roster FoundingRoster(long counter)
    {
        var entries = ImmutableArray.CreateBuilder<RosterEntry>();
        entries.Add(new(Self, _sequence));
        foreach (var peer in _peers.Values)
            if (IsElector(peer) && (peer.IsLive || !IsBack(peer))) entries.Add(new(peer.Member, peer.LastSequence));
        entries.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        return new(new(counter, 1), entries.ToImmutable(), []);
    }

    private void PursueClaim()
    {
        if (!_isEpochDurable) return;
        if (IsAcceptedByMajority())
        {
            RenewLease();
            if (_now < _actingUntil) BecomeMaster();
        }

        if (_stance == Stance.Claiming && (_seenCounter > _epoch.Counter || _now - _claimedAt > 2 * _options.LostAfter)) GiveUpClaim();
    }

    private void GiveUpClaim()
    {
        _stance = Stance.Resigned;
        _isUrgent = _isDirty = true;
        _settledSince = _now;
    }

    /// <summary>Durably, by this node as by the others.</summary>
    private bool IsAcceptedByMajority() =>
        _roster.IsMajority(
            id => id == Self.Id || (_peers.TryGetValue(id, out var peer) && peer.Last is { } last && last.Epoch == _epoch && last.Master == Self.Id),
            IsGoneForGood);

    /// <summary>Whether a beat says that its sender follows this node, and no other while it hears it.</summary>
    private bool VouchesForMe(Beat beat) =>
        _holder == Self.Id && beat.Master == Self.Id && beat.Epoch.Formation == _epoch.Formation && beat.Epoch.Counter >= _tenure;

    private void OnRosterTold(Peer peer, RosterTold told)
    {
        if (!IsCredible(told.Epoch.Counter) || !HearNews(peer, told.Sequence, told.SentAt)) return;
        _seenCounter = Math.Max(_seenCounter, told.Epoch.Counter);
        _isDirty = true;
        if (IsActingNow) return;
        if (told.Roster.Members.Length > _options.MostMembers)
        {
            SayFull(Self);
            return;
        }

        if (peer.Id == _holder && told.Epoch == _epoch) HearOwnMaster(told);
        else if (IsTakenOutBy(told) && (!IsBound || peer.Id == _holder)) LeaveFormation();
        else if (told.Epoch == _epoch && told.Stance == Stance.Acting && !IsBound) FollowWinner(peer, told);
        else if (told.Epoch.Counter > _counter && (!IsBound || peer.Id == _holder)) Consider(peer, told);
        SendBeat(peer);
    }

    private void HearOwnMaster(RosterTold told)
    {
        HearHolder(told.Epoch, told.Stance);
        if (told.Roster.Stamp.CompareTo(_roster.Stamp) <= 0) return;
        if (told.Roster.Contains(Self.Id)) TakeRoster(told.Roster);
        else LeaveFormation();
    }

    /// <summary>An acting master's later roster lacks this node, whatever it has claimed since: another start bears its name, or it was thought gone.</summary>
    private bool IsTakenOutBy(RosterTold told) =>
        told.Stance == Stance.Acting && told.Epoch.Formation == _epoch.Formation && told.Roster.Stamp.CompareTo(_roster.Stamp) > 0
        && !told.Roster.Contains(Self.Id);

    /// <summary>Of two that claimed one epoch this node accepted the one that did not win (Raft §5.2): it follows the other.</summary>
    private void FollowWinner(Peer peer, RosterTold told)
    {
        _holder = peer.Id;
        _stance = Stance.None;
        _isReleased = false;
        HearOwnMaster(told);
    }

    /// <summary>A claim, or a mastership, of a higher epoch, while this node is bound to nobody else.</summary>
    private void Consider(Peer peer, RosterTold told)
    {
        var isActing = told.Stance == Stance.Acting;
        var isOurs = told.Epoch.Formation == _epoch.Formation;
        var entry = told.Roster.Find(Self.Id);
        if (entry is null) return;
        if (isOurs ? !isActing && told.Roster.Stamp.CompareTo(_roster.Stamp) < 0 : !MayGoOver(told, entry, isActing)) return;
        var from = _epoch.Formation;
        if (!isOurs) _roster = Roster.Empty;
        Accept(told.Epoch, peer.Id, Stance.None);
        if (isActing) _isProven = true;
        if (!isOurs || isActing || told.Roster.Stamp.CompareTo(_roster.Stamp) > 0) TakeRoster(told.Roster);
        if (isOurs) return;
        _standing = Standing.Ordinary;
        if (isActing) Say(new FormationJoined(from, told.Epoch.Formation, peer.Member));
    }

    private void TakeRoster(Roster roster)
    {
        foreach (var entry in roster.Members)
        {
            if (entry.Id == Self.Id || _gone.ContainsKey(entry.Id)) continue;
            var peer = _peers.TryGetValue(entry.Id, out var known) ? known : KnowMember(entry.Member, roster);
            var former = _roster.Find(entry.Id);
            if (former is null) peer.ExpectedAt = _now;
            if (former?.Since != entry.Since) peer.RosteredAt = _now;
        }

        _roster = roster;
        _isDirty = true;
    }
}
