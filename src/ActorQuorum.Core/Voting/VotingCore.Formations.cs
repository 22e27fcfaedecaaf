namespace ActorQuorum.Core.Voting;

/// <content>Two formations meet: the younger's master stops acting first, then its members join the elder. A node without one joins any that has a master.</content>
internal sealed partial class VotingCore
{
    private FormationId _joining;
    private long _openSince;

    /// <summary>Whether it would help to found a formation.</summary>
    private bool IsOpen => _standing != Standing.Abstaining && (!HasFormation || _standing == Standing.Waiting);

    private void ChooseFormation()
    {
        var target = EldestActing();
        if (IsActingNow && !target.IsNone) Resign("an elder formation was met");

        // An accepted epoch that is on its way to the disk will be spoken for: a member that is open meanwhile would be counted out and yet vote.
        var joining = IsActingNow || IsBound || _stance == Stance.Claiming || !_isEpochDurable ? FormationId.None : target;
        if (joining == _joining) return;
        _joining = joining;
        if (!joining.IsNone) _openSince = _sequence + 1;
    }

    /// <summary>The eldest other formation whose acting master is connected with this node; of a formation that can elect, only an elder one.</summary>
    private FormationId EldestActing()
    {
        var eldest = FormationId.None;
        foreach (var peer in _peers.Values)
        {
            var other = peer.Formation;
            if (!peer.IsLive || !peer.SaysItActs || other == _epoch.Formation) continue;
            if (HasFormation && _standing == Standing.Ordinary && !other.IsElderThan(_epoch.Formation)) continue;
            if (eldest.IsNone || other.IsElderThan(eldest)) eldest = other;
        }

        return eldest;
    }

    /// <summary>
    /// A node that goes over forgets what it agreed to in its formation. So it comes into another only by a roster that answers its latest request;
    /// and into one it has left only by its acting master, who holds all that was agreed on there.
    /// </summary>
    private bool MayGoOver(RosterTold told, RosterEntry entry, bool isActing)
    {
        if (entry.Since < _openSince) return false;
        var isKnown = _left.Contains(told.Epoch.Formation);
        return isActing
            ? _joining == told.Epoch.Formation || (IsOpen && !isKnown)
            : IsOpen && _joining.IsNone && !isKnown;
    }
}
