using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>Row QC-1: a newcomer is told of all members, and whoever knows less than its peer is told again; so one datagram that arrives is enough.</content>
internal sealed partial class VotingCore
{
    private static readonly TimeSpan s_leastContactsPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_mostContactsPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_releaseAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_repeatRefusal = TimeSpan.FromSeconds(1);
    private ulong _contactsHash;
    private TimeSpan _fullSaidAt = Peer.Never;

    private void Meet(VotingMember member, bool isGossip)
    {
        if (member.Id == Self.Id || member.Id.IsNone || _farewell is not null || _gone.ContainsKey(member.Id) || _peers.ContainsKey(member.Id)) return;
        if (member.Name.Length is 0 or > VotingOptions.NameLength) return;
        if (_peers.Count + 1 >= _options.MostMembers)
        {
            if (isGossip || _now - _fullSaidAt < s_repeatRefusal) return;
            _fullSaidAt = _now;
            Say(new MemberRefused(member, RefusalReason.Full, null));
            return;
        }

        SendBeat(Know(member));
        _isDirty = true;
    }

    private Peer Know(VotingMember member)
    {
        var peer = new Peer(member, _now);
        _peers.Add(member.Id, peer);
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

    /// <summary>Whoever is of no account and stays silent is let go of; those that are counted as lost are not.</summary>
    private void ForgetTheSilent()
    {
        List<MemberId>? forgotten = null;
        foreach (var (id, peer) in _peers)
        {
            var isGone = _gone.TryGetValue(id, out var gone) && _now - gone.At >= s_releaseAfter;
            var isIdle = !peer.IsLive && _now - peer.MetAt >= s_forgetAfter && _now - peer.HeardAt >= s_forgetAfter && !IsCounted(peer);
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
