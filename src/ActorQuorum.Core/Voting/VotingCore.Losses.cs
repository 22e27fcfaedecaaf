using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>Rows QC-5 and QC-7: members are live, lost or gone; and with as many lost as live, or more, a node quits.</content>
internal sealed partial class VotingCore
{
    private TimeSpan _silenceFloor;
    private Standing _standing;
    private bool _isMajorityAwaited;

    /// <summary>How many members, this node included, are live, lost, or expected: in the roster, but not met yet.</summary>
    private readonly record struct Census(int Live, int Lost, int Expected)
    {
        /// <summary>Row QC-5: live ≤ lost.</summary>
        public bool IsMinority => Live + Expected <= Lost;
    }

    /// <summary>
    /// A process that was paused has not read what was sent to it meanwhile: it counts their silence from its waking. Ticks come too often for any
    /// other gap between two inputs. A master's own time is never forgiven.
    /// </summary>
    private void ForgivePause(TimeSpan before)
    {
        if (_now - before > _options.LostAfter / 2) _silenceFloor = _now;
    }

    /// <summary>Whoever was live before the pause is given time; it makes nobody live that was not.</summary>
    private TimeSpan Forgiven(Peer peer, TimeSpan at) => peer.IsLive && at < _silenceFloor ? _silenceFloor : at;

    private TimeSpan SilenceOf(Peer peer) => _now - Forgiven(peer, peer.HeardAt);

    /// <summary>Row QC-7: live is who is heard, and hears: a cut of one direction only is a loss too, seen a little later.</summary>
    private bool IsLiveNow(Peer peer)
    {
        if (peer.AnsweredAt == Peer.Never || _gone.ContainsKey(peer.Id)) return false;
        return SilenceOf(peer) < _options.LostAfter && _now - Forgiven(peer, peer.AnsweredAt) < _options.LostAfter + (2 * _options.Heartbeat);
    }

    private void LookForLosses()
    {
        List<Peer>? lost = null;
        foreach (var peer in _peers.Values)
        {
            var isLive = IsLiveNow(peer);
            if (isLive == peer.IsLive) continue;
            peer.IsLive = isLive;
            _contactsHash += isLive ? peer.Id.Value : 0 - peer.Id.Value;
            if (isLive) Welcome(peer);
            else if (!_gone.ContainsKey(peer.Id)) (lost ??= []).Add(peer);
        }

        DropFormerStarts();
        if (lost is null) return;
        var census = TakeCensus();
        foreach (var peer in lost)
            if (IsCounted(peer)) Say(new MemberLost(peer.Member, SilenceOf(peer), census.Live, census.Lost));
    }

    private void Welcome(Peer peer)
    {
        var connected = 1 + _peers.Values.Count(other => other.IsLive);
        var isBack = peer.WasLive || ForgetDispatched(peer.Member) || _peers.Values.Any(other => other.WasLive && peer.Member.IsReturnOf(other.Member));
        peer.WasLive = true;
        Say(isBack ? new MemberReturned(peer.Member, connected) : new MemberAdded(peer.Member, connected));
        TellContacts(peer);
    }

    /// <summary>Row QC-5: who is back is no longer lost; in a formation its master sees to that, for all members together.</summary>
    private void DropFormerStarts()
    {
        List<MemberId>? dropped = null;
        foreach (var former in _peers.Values)
            if (!former.IsLive && former.WasLive && !_gone.ContainsKey(former.Id) && !_roster.Contains(former.Id) && IsBack(former)) (dropped ??= []).Add(former.Id);
        foreach (var id in dropped ?? []) Forget(id);
    }

    private bool IsBack(Peer former)
    {
        foreach (var peer in _peers.Values)
            if (peer.IsLive && peer.Member.IsReturnOf(former.Member)) return true;
        return false;
    }

    /// <summary>Whether this peer is one of those that are counted: of the roster, or, as long as there is none that can elect, any that is open too.</summary>
    private bool IsCounted(Peer peer)
    {
        if (_gone.ContainsKey(peer.Id)) return false;
        if (_roster.Find(peer.Id) is { } entry) return !IsVoid(entry, peer);
        return !HasFormation && peer.WasLive && peer.IsUnbound;
    }

    private Census TakeCensus()
    {
        var (live, lost, expected) = (1, 0, 0);
        if (HasFormation)
        {
            foreach (var entry in _roster.Members)
            {
                if (entry.Id == Self.Id || _gone.ContainsKey(entry.Id) || !_peers.TryGetValue(entry.Id, out var peer)) continue;
                if (IsCounted(peer) && (peer.IsLive || IsMemberYet(entry.Id))) Count(peer);
            }
        }
        else
        {
            foreach (var peer in _peers.Values)
                if (IsCounted(peer)) Count(peer);
        }

        return new(live, lost, expected);

        void Count(Peer peer)
        {
            if (peer.IsLive || IsBack(peer)) live++;
            else if (IsExpected(peer)) expected++;
            else lost++;
        }
    }

    /// <summary>A new member's roster names some that it has not met yet.</summary>
    private bool IsExpected(Peer peer)
    {
        var since = peer.ExpectedAt > _silenceFloor ? peer.ExpectedAt : _silenceFloor;
        return !peer.WasLive && _now - since < (_options.Discovery > _options.LostAfter ? _options.Discovery : _options.LostAfter);
    }

    // Row QC-5: live <= lost: dispatch, first and always.
    private bool QuitInMinority()
    {
        var census = TakeCensus();
        if (!census.IsMinority)
        {
            _isMajorityAwaited = false;
            TakeStanding();
            return false;
        }

        var cause = $"more are lost than connected: {census.Live} live, itself included, and {census.Lost} lost; a majority needs more live than lost.";
        Resign(cause);
        if (_options.OnMinority == OnMinority.Stop)
        {
            BeginFarewell(VotingStopReason.MoreLostThanLive, $"It dispatches because {cause}");
            return true;
        }

        if (!_isMajorityAwaited) Say(new MajorityAwaited(cause));
        _isMajorityAwaited = true;
        TakeStanding();
        return false;
    }

    /// <summary>
    /// A member whose formation cannot elect any more, or never had a master, is open for another: too many of its starts are over, or its founding
    /// did not come through. It stays a member until it accepts another epoch.
    /// </summary>
    private void TakeStanding()
    {
        if (_standing == Standing.Abstaining && _now < _abstainUntil) return;
        var isOpen = HasFormation && _isEpochDurable && !IsActingNow && !IsBound && _stance != Stance.Claiming
            && !(_isProven && _roster.IsMajority(MayStillSpeak, IsGoneForGood));
        if (isOpen && _standing != Standing.Waiting) _openSince = _sequence + 1;
        _standing = isOpen ? Standing.Waiting : Standing.Ordinary;
    }

    private bool MayStillSpeak(MemberId id) =>
        id == Self.Id || (_peers.TryGetValue(id, out var peer) && IsCounted(peer) && (peer.IsLive || IsExpected(peer)));
}
