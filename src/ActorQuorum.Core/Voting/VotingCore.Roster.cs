using System.Collections.Immutable;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>
/// The members that count are agreed on: only an acting master changes them, one change at a time, complete when a majority before and one after it
/// hold the new roster (Raft §6). A partition therefore cannot outnumber the rest by taking newcomers in.
/// </content>
internal sealed partial class VotingCore
{
    private Roster _roster = Roster.Empty;

    private void LeadRoster()
    {
        if (_holder != Self.Id || !_isEpochDurable) return;
        if (IsActingNow)
        {
            RenewLease();
            if (_actingEpoch == _epoch && !RaiseAboveMembers()) ChangeRoster();
            else if (IsAcceptedByMajority()) _actingEpoch = _epoch;
        }

        if (_isEpochDurable && _stance is Stance.Claiming or Stance.Acting) TellRoster();
    }

    /// <summary>A member that has claimed a higher epoch in vain can follow only in one that is higher still.</summary>
    private bool RaiseAboveMembers()
    {
        foreach (var peer in _peers.Values)
        {
            if (!peer.IsLive || peer.Formation != _epoch.Formation || peer.Last!.Counter <= _epoch.Counter || !_roster.Contains(peer.Id)) continue;
            RaiseEpoch();
            return true;
        }

        return false;
    }

    private void ChangeRoster()
    {
        if (_roster.IsChanging && DropDeadNewcomers()) return;
        if (!_roster.IsMajority(HoldsRoster, IsGoneForGood)) return;
        if (!_roster.IsChanging) BeginChange();
        else if (LeaseOf(_roster.Members.Select(entry => entry.Id)) + _options.StopAfter > _now)
            _roster = _roster with { Stamp = NextStamp, Before = [] };
    }

    /// <summary>Whoever dies while it comes in would hold the change up for ever, and is not a member yet. Any majority still needs one of those before.</summary>
    private bool DropDeadNewcomers()
    {
        var members = _roster.Members.RemoveAll(entry => entry.Id != Self.Id && !IsMemberYet(entry.Id) && !MayStillSpeak(entry.Id));
        if (members.Length == _roster.Members.Length) return false;
        _roster = _roster with { Stamp = NextStamp, Members = members };
        return true;
    }

    /// <summary>Whether this member is not just coming in.</summary>
    private bool IsMemberYet(MemberId id) => !_roster.IsChanging || _roster.Before.BinarySearch(id) >= 0;

    private RosterStamp NextStamp => new(_epoch.Counter, _roster.Stamp.Counter == _epoch.Counter ? _roster.Stamp.Version + 1 : 1);

    private bool HoldsRoster(MemberId id) =>
        id == Self.Id || (_peers.TryGetValue(id, out var peer) && peer.Last is { } last && VouchesForMe(last) && last.Stamp == _roster.Stamp);

    private void BeginChange()
    {
        var members = _roster.Members.ToList();
        var removed = members.RemoveAll(entry => _gone.ContainsKey(entry.Id) || IsVoid(entry));
        Invariant.Check(members.Exists(entry => entry.Id == Self.Id), $"{Self} takes itself out of its roster");
        var needsHigherEpoch = false;
        var added = 0;
        foreach (var peer in _peers.Values)
        {
            if (!AsksToComeIn(peer) || !MayComeIn(peer, members)) continue;
            removed += members.RemoveAll(entry => peer.Member.IsReturnOf(entry.Member));
            members.Add(new(peer.Member, peer.LastSequence));
            needsHigherEpoch |= peer.Last!.Counter >= _epoch.Counter;
            added++;
        }

        if (added + removed == 0) return;
        if (needsHigherEpoch)
        {
            RaiseEpoch();
            return;
        }

        members.Sort(static (one, other) => one.Id.CompareTo(other.Id));
        ImmutableArray<MemberId> before = [.. _roster.Members.Where(entry => !IsVoid(entry)).Select(entry => entry.Id)];
        _roster = new(NextStamp, [.. members], before);
        RenewLease();
    }

    private bool AsksToComeIn(Peer peer) =>
        peer.IsLive && peer.Last!.Joining == _epoch.Formation && peer.Formation != _epoch.Formation
        && (_roster.Find(peer.Id) is not { } entry || entry.Since < peer.Last.OpenSince);

    private bool MayComeIn(Peer peer, List<RosterEntry> members)
    {
        if (HolderOfNameOf(peer) is { } holder)
        {
            // Row QC-10: perhaps it is only just back, and its former start not silent for long enough yet.
            if (HasBeenHeardSince(holder, peer)) Refuse(peer, RefusalReason.NameTaken, holder);
            return false;
        }

        if (members.Exists(entry => entry.Member.Name == peer.Member.Name && !_roster.Contains(entry.Id))) return false;
        if (members.Count < _options.MostMembers) return true;
        Refuse(peer, RefusalReason.Full, null);
        return false;
    }

    private void TellRoster()
    {
        foreach (var peer in _peers.Values)
        {
            if (_gone.ContainsKey(peer.Id) || !NeedsRoster(peer)) continue;
            var isNews = peer.RosterTold != _roster.Stamp || peer.RosterToldEpoch != _epoch;
            if (!isNews && _now - peer.RosterToldAt < _options.Heartbeat) continue;
            (peer.RosterTold, peer.RosterToldEpoch, peer.RosterToldAt) = (_roster.Stamp, _epoch, _now);
            _effects.Messages.Add(new RosterTold(Self.Id, peer.Id, ++_sequence, StampedNow, _epoch, _stance, _roster));
        }
    }

    /// <summary>A member that has not come in yet is told only what takes it in at its latest request; one of ours that was taken out, that it was.</summary>
    private bool NeedsRoster(Peer peer)
    {
        var last = peer.Last;
        if (last is not null && last.Epoch == _epoch && last.Master == Self.Id && last.Stamp == _roster.Stamp) return false;
        if (_roster.Find(peer.Id) is { } entry) return !IsVoid(entry, peer);
        return _stance == Stance.Acting && peer.Formation == _epoch.Formation;
    }

    private bool IsVoid(RosterEntry entry) => _peers.TryGetValue(entry.Id, out var peer) && IsVoid(entry, peer);

    /// <summary>
    /// Whether a member will never again speak in this formation by this entry: its own word says that it has gone to another, or is open for one anew,
    /// and it comes into none by an entry that is older than that. So it need not be counted, and no majority misses it. What it said before this node
    /// knew of the entry does not make it so: a founder counts the lost (row QC-5), whatever they said last.
    /// </summary>
    private bool IsVoid(RosterEntry entry, Peer peer)
    {
        if (peer.Last is not { } last || last.Epoch.Formation == _epoch.Formation || peer.HeardAt < peer.RosteredAt) return false;
        if (last.OpenSince > entry.Since) return true;
        return !last.Epoch.IsNone && last.Standing == Standing.Ordinary && last.Joining != _epoch.Formation && last.Sequence > entry.Since;
    }

    /// <summary>Whether this member's word can no longer be part of a majority, now or in what a master still relies on.</summary>
    private bool IsGoneForGood(MemberId id)
    {
        if (_gone.TryGetValue(id, out var gone)) return _now >= gone.FreeAt;
        return _roster.Find(id) is { } entry && IsVoid(entry);
    }
}
