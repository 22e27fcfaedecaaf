using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>Row QC-1: a newcomer is told of all members, and whoever knows less than its peer is told again; so one datagram that arrives is enough.</content>
internal sealed partial class VotingCore
{
    private static readonly TimeSpan s_leastContactsPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_mostContactsPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_leastRelease = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_spareAfter = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_repeatRefusal = TimeSpan.FromSeconds(1);
    private ulong _contactsHash;
    private TimeSpan _fullSaidAt = Peer.Never;

    /// <summary>The connection to who dispatched is kept for as long as it may say so again.</summary>
    private TimeSpan ReleaseAfter => _options.LostAfter > s_leastRelease ? _options.LostAfter : s_leastRelease;

    private bool IsFull => _peers.Count + 1 >= _options.MostMembers;

    private void Meet(VotingMember member, bool isGossip)
    {
        if (member.Id == Self.Id || member.Id.IsNone || _farewell is not null || _gone.ContainsKey(member.Id) || _peers.ContainsKey(member.Id)) return;
        if (member.Name.Length is 0 or > VotingOptions.NameLength) return;
        if (IsFull && !DropSilentContact())
        {
            if (!isGossip) SayFull(member);
            return;
        }

        SendBeat(Know(member));
        _isDirty = true;
    }

    private void SayFull(VotingMember member)
    {
        if (_now - _fullSaidAt < s_repeatRefusal) return;
        _fullSaidAt = _now;
        Say(new MemberRefused(member, RefusalReason.Full, null));
    }

    /// <summary>Datagrams are easily forged: of those that never answered, and had time to, the oldest makes room.</summary>
    private bool DropSilentContact()
    {
        Peer? oldest = null;
        foreach (var peer in _peers.Values)
        {
            if (peer.WasLive || _now - peer.MetAt < s_spareAfter || _roster.Contains(peer.Id) || peer.Id == _holder) continue;
            if (oldest is null || peer.MetAt < oldest.MetAt) oldest = peer;
        }

        if (oldest is not null) Forget(oldest.Id);
        return oldest is not null;
    }

    /// <summary>A member of the roster must be known; whoever is none makes room for it, the least known first.</summary>
    private Peer KnowMember(VotingMember member, Roster roster)
    {
        if (IsFull)
        {
            var spare = _peers.Values.Where(peer => peer.Id != _holder && !roster.Contains(peer.Id))
                .OrderBy(peer => peer.IsLive).ThenBy(peer => peer.WasLive).ThenBy(peer => peer.MetAt).FirstOrDefault();
            if (spare is not null) Forget(spare.Id);
        }

        return Know(member);
    }

    private Peer Know(VotingMember member)
    {
        var peer = new Peer(member, _now);
        _peers.Add(member.Id, peer);
        _effects.Disconnect.Remove(member.Id);
        _effects.Connect.Add(member);
        return peer;
    }

    private void OnConnectionBroken(MemberId id)
    {
        // What was told last may not have arrived; that the peer is lost, only its silence says.
        if (!_peers.TryGetValue(id, out var peer)) return;
        peer.RosterToldAt = peer.ContactsToldAt = Peer.Never;
        _isDirty = true;
    }

    private void OnContactsTold(ContactsTold told)
    {
        foreach (var member in told.Contacts) Meet(member, isGossip: true);
    }

    private void CompareContacts(Peer peer, Beat beat)
    {
        if (beat.ContactsHash == _contactsHash + Self.Id.Value) peer.ContactsPause = s_leastContactsPause;
        else if (peer.IsLive && _now - peer.ContactsToldAt >= peer.ContactsPause) TellContacts(peer);
    }

    private void TellContacts(Peer peer)
    {
        peer.ContactsToldAt = _now;
        peer.ContactsPause = peer.ContactsPause < s_leastContactsPause ? s_leastContactsPause : peer.ContactsPause * 2;
        if (peer.ContactsPause > s_mostContactsPause) peer.ContactsPause = s_mostContactsPause;
        VotingMember[] contacts = [.. _peers.Values.Where(other => other.IsLive && other != peer).Select(other => other.Member)];
        if (contacts.Length > 0) _effects.Messages.Add(new ContactsTold(Self.Id, peer.Id, [.. contacts]));
    }

    /// <summary>
    /// Whoever is of no account and stays silent is let go of; those that are counted as lost are not, and of those in the roster it must be remembered
    /// why they are not counted.
    /// </summary>
    private void ForgetTheSilent()
    {
        List<MemberId>? forgotten = null;
        foreach (var (id, peer) in _peers)
        {
            var isGone = _gone.TryGetValue(id, out var gone) && _now - gone.At >= ReleaseAfter;
            var isIdle = !peer.IsLive && _now - peer.MetAt >= s_forgetAfter && _now - peer.HeardAt >= s_forgetAfter && !IsCounted(peer) && !_roster.Contains(id);
            if (isGone || isIdle) (forgotten ??= []).Add(id);
        }

        foreach (var id in forgotten ?? []) Forget(id);
    }

    private void Forget(MemberId id)
    {
        if (_peers[id].IsLive) _contactsHash -= id.Value;
        _peers.Remove(id);
        _effects.Disconnect.Add(id);
    }
}
