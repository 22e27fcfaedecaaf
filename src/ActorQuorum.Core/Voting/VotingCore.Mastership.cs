using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>
/// A master's time. It acts for <see cref="VotingOptions.StopAfter"/> from when it SENT the last beat that a majority answered; each of them follows
/// no other for <see cref="VotingOptions.LostAfter"/> from when it HEARD that beat, which was later. So the next master can act only after this one
/// has stopped, however long messages take, while no clock is off by more than <see cref="VotingOptions.DriftBound"/>.
/// </content>
internal sealed partial class VotingCore
{
    private readonly List<TimeSpan> _vouched = [];
    private TimeSpan _actingUntil;
    private bool _isProven;

    /// <summary>Before anything else is done at a time: a master whose time is up is none.</summary>
    private void KeepWithinLease()
    {
        if (!IsActingNow || _now < _actingUntil) return;
        RenewLease();
        if (_now >= _actingUntil) Resign($"it has heard less than a majority for {_options.StopAfter.TotalSeconds} s");
    }

    /// <summary>
    /// While a change of the roster is under way the majority before it is enough to be alone: whoever claims needs one of it too. To complete the
    /// change, one of the members after it must answer as well.
    /// </summary>
    private void RenewLease() =>
        _actingUntil = (_roster.IsChanging ? LeaseOf(_roster.Before) : LeaseOf(_roster.Members.Select(entry => entry.Id))) + _options.StopAfter;

    /// <summary>The latest time at or after which a majority vouched for this node.</summary>
    private TimeSpan LeaseOf(IEnumerable<MemberId> members)
    {
        _vouched.Clear();
        foreach (var id in members)
        {
            if (id == Self.Id) _vouched.Add(_now);
            else if (!IsGoneForGood(id)) _vouched.Add(_peers.TryGetValue(id, out var peer) ? peer.VouchedAt : Peer.Never);
        }

        _vouched.Sort();
        return _vouched.Count == 0 ? Peer.Never : _vouched[(_vouched.Count - 1) / 2];
    }

    private void BecomeMaster()
    {
        Invariant.Check(DurableEpoch == _epoch, $"acting in {_epoch} while {DurableEpoch} is durable");
        _actingEpoch = _epoch;
        _stance = Stance.Acting;
        _isProven = true;
        _isUrgent = _isDirty = true;
        if (_roster.Stamp.Counter != _epoch.Counter) _roster = _roster with { Stamp = new(_epoch.Counter, 1) };
        UpdateRole("its election is settled");
    }

    /// <summary>Stops acting, for good in this epoch, and frees those who are bound to it.</summary>
    private void Resign(string cause)
    {
        if (!IsActingNow) return;
        _actingEpoch = VotingEpoch.None;
        _stance = Stance.Resigned;
        if (!_isEpochDurable) _before = _before with { Stance = Stance.Resigned };
        _isUrgent = _isDirty = true;
        UpdateRole(cause);
    }

    /// <summary>Row QC-2: who is wished for by a majority for a while shall be master; the old one stops first.</summary>
    private void HandOver(MemberId winner)
    {
        if (winner.IsNone || winner == Self.Id || !IsSettled || _roster.IsChanging || _actingEpoch != _epoch) return;
        if (_peers.TryGetValue(winner, out var peer) && peer.IsLive && peer.Last is { } last && last.Epoch == _epoch && last.Stamp == _roster.Stamp)
            Resign($"the votes went to {peer.Member}");
    }

    /// <summary>A member that comes in remembers a higher epoch than this one: the mastership goes on in a still higher one.</summary>
    private void RaiseEpoch()
    {
        if (!_isEpochDurable || _actingEpoch != _epoch || NextCounter >= MostCounter) return;
        Accept(new(_epoch.Formation, NextCounter), Self.Id, Stance.Acting);
    }

    private void UpdateRole(string cause)
    {
        var (role, master, epoch) = IsActingNow ? (VotingRole.Master, Self, _actingEpoch)
            : FollowedMaster() is { } followed ? (VotingRole.Slave, followed, Word.Epoch)
            : (VotingRole.None, null, _roleEpoch);
        if (role == Role && master == Master && epoch == _roleEpoch) return;
        if (cause.Length == 0) cause = role == VotingRole.None ? "no master is heard" : "a master acts";
        var isNewMaster = role != Role || master != Master || epoch.Formation != _roleEpoch.Formation;
        _effects.RoleChanges.Add(new(Role, role, master, epoch, cause));
        (Role, Master, _roleEpoch) = (role, master, epoch);

        // A mastership that goes on in a higher epoch (RaiseEpoch) is the same one: nobody else led in between.
        if (master is not null && isNewMaster) Say(new MasterSet(master, epoch));
    }

    private VotingEpoch _roleEpoch;

    private VotingMember? FollowedMaster() =>
        _holder != Self.Id && IsBound && Word.Master == _holder && _peers.TryGetValue(_holder, out var peer)
        && peer.SaysItActs && peer.Formation == Word.Epoch.Formation ? peer.Member : null;
}
