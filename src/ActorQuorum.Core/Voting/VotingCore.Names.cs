namespace ActorQuorum.Core.Voting;

/// <content>
/// Row QC-10: two live nodes of one name. The second is told so and stops. Who is second: a node without a formation behind one with it, one of a
/// younger formation behind one of an elder, in one formation who has accepted less of it, and else the one born later.
/// </content>
internal sealed partial class VotingCore
{
    private void GuardNames()
    {
        foreach (var peer in _peers.Values)
        {
            if (peer.IsLive && peer.Member.Name == Self.Name && !_gone.ContainsKey(peer.Id) && IsBefore(Self, Word.Epoch, WordStamp, peer.Member, peer.Last!))
                Refuse(peer, RefusalReason.NameTaken, Self);
        }
    }

    /// <summary>By what both say, before what this node holds: else two that hold different rosters would each be before the other, and both stop.</summary>
    private bool IsBefore(VotingMember one, VotingEpoch epoch, RosterStamp stamp, VotingMember other, Beat otherBeat)
    {
        var (otherEpoch, otherStamp) = (otherBeat.Epoch, otherBeat.Stamp);
        if (epoch.IsNone != otherEpoch.IsNone) return otherEpoch.IsNone;
        if (epoch.Formation != otherEpoch.Formation) return epoch.Formation.IsElderThan(otherEpoch.Formation);
        if (epoch.Counter != otherEpoch.Counter) return epoch.Counter > otherEpoch.Counter;
        if (stamp != otherStamp) return stamp.CompareTo(otherStamp) > 0;
        var (isIn, isOtherIn) = (_roster.Contains(one.Id), _roster.Contains(other.Id));
        return isIn != isOtherIn ? isIn : s_byBirth.Compare(one, other) < 0;
    }

    /// <summary>Whether a live peer bears the name of another that has been heard since it came: that one is no former start of it.</summary>
    private VotingMember? HolderOfNameOf(Peer peer)
    {
        if (peer.Member.Name == Self.Name) return Self;
        foreach (var entry in _roster.Members)
        {
            if (entry.Id == peer.Id || entry.Member.Name != peer.Member.Name || _gone.ContainsKey(entry.Id)) continue;
            if (_peers.TryGetValue(entry.Id, out var holder) && holder.IsLive) return holder.Member;
        }

        return null;
    }

    private bool HasBeenHeardSince(VotingMember holder, Peer newcomer) =>
        holder.Id == Self.Id || _peers[holder.Id].HeardAt >= newcomer.MetAt + (_options.LostAfter / 2);

    private void Refuse(Peer peer, RefusalReason why, VotingMember? holder)
    {
        if (_now - peer.RefusedAt < s_repeatRefusal) return;
        peer.RefusedAt = _now;
        _effects.Messages.Add(new Refusal(Self.Id, peer.Id, why, holder, peer.Last?.Epoch ?? VotingEpoch.None));
        Say(new MemberRefused(peer.Member, why, holder));
    }

    private void OnRefusal(Peer peer, Refusal refusal)
    {
        // What it is refused for may be over: it has joined meanwhile.
        if (refusal.SeenEpoch != Word.Epoch) return;
        if (refusal.Why == RefusalReason.Full) Say(new MemberRefused(Self, RefusalReason.Full, null));
        if (refusal is not { Why: RefusalReason.NameTaken, Holder: { } holder } || holder.Id == Self.Id) return;
        BeginFarewell(
            VotingStopReason.NameTaken,
            $"{peer.Member} refused it: the name {Self.Name} is taken by a live node at {holder.Host}:{holder.Port}. Give this node another name.");
    }
}
