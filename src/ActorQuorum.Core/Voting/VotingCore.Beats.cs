using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <content>
/// Row QC-2: every node tells every peer its vote, once a heartbeat and at once on a change. A master's beat is answered at once, so that its
/// time is renewed within a round trip; the answer stands for the next beat.
/// </content>
internal sealed partial class VotingCore
{
    /// <summary>A peer that was silent for so many heartbeats is told less often.</summary>
    private const int BeatsToTheSilent = 25;

    private const int SlowBeats = 5;
    private TimeSpan _nextBeat = Peer.Never;
    private TimeSpan _lastBeats = Peer.Never;
    private Spoken _spoken;
    private bool _isUrgent;
    private long _sequence;

    /// <summary>Changes within a short while are told together, but for the end of a mastership: others wait for that.</summary>
    private TimeSpan LeastPause => _options.Heartbeat / 4;

    private Spoken WhatToSay => new(Word, WordStamp, _vote, WordJoining, _standing);

    /// <summary>Of a formation that may not be spoken of yet, no roster either.</summary>
    private RosterStamp WordStamp => Word.Epoch.Formation == _epoch.Formation ? _roster.Stamp : default;

    /// <summary>On its way into a formation it still asks for it.</summary>
    private FormationId WordJoining => Word.Epoch.Formation == _epoch.Formation ? _joining : _epoch.Formation;

    private void OnBeat(Peer peer, Beat beat)
    {
        if (!IsCredible(beat.Counter) || !IsCredible(beat.Epoch.Counter) || !HearNews(peer, beat.Sequence, beat.SentAt)) return;
        var isAnswer = beat.EchoedAt > TimeSpan.Zero && beat.EchoedAt <= _now;
        if (isAnswer && beat.EchoedAt > peer.AnsweredAt) peer.AnsweredAt = beat.EchoedAt;
        if (isAnswer && beat.EchoedAt > peer.VouchedAt && VouchesForMe(beat)) peer.VouchedAt = beat.EchoedAt;
        _seenCounter = Math.Max(_seenCounter, Math.Max(beat.Counter, beat.Epoch.Counter));
        if (!peer.IsLive || !beat.SaysTheSameAs(peer.Last)) _isDirty = true;
        if (GoesOver(peer, beat)) Say(new MemberLeft(peer.Member, beat.Epoch.Formation));
        peer.Last = beat;
        if (peer.Id == _holder) HearHolder(beat.Epoch, beat.Stance);
        if (peer.Id == _holder && beat.Stance is Stance.Claiming or Stance.Acting) SendBeat(peer);
        CompareContacts(peer, beat);
    }

    private bool GoesOver(Peer peer, Beat beat) =>
        HasFormation && peer.Formation == _epoch.Formation && !beat.Epoch.IsNone && beat.Epoch.Formation != _epoch.Formation;

    /// <summary>A message of this peer arrived; false if a later one did before it.</summary>
    private bool HearNews(Peer peer, long sequence, TimeSpan sentAt)
    {
        if (sequence <= peer.LastSequence) return false;
        peer.LastSequence = sequence;
        peer.HeardAt = _now;
        peer.EchoStamp = sentAt;
        return true;
    }

    /// <summary>Once a turn: what has changed is told at once, the rest once a heartbeat.</summary>
    private void SendBeats()
    {
        if (_farewell is not null || _isStopped) return;
        var isNews = WhatToSay != _spoken;
        if (isNews && (_isUrgent || _now - _lastBeats >= LeastPause)) BeatAll(TimeSpan.Zero);
        if (_now < _nextBeat) return;
        _nextBeat = _nextBeat + _options.Heartbeat > _now ? _nextBeat + _options.Heartbeat : _now + _options.Heartbeat;
        BeatAll(_options.Heartbeat * 0.75);
    }

    private void BeatAll(TimeSpan leastPause)
    {
        (_spoken, _lastBeats, _isUrgent) = (WhatToSay, _now, false);
        foreach (var peer in _peers.Values)
        {
            var isSilent = !peer.IsLive && _now - peer.ExpectedAt > BeatsToTheSilent * _options.Heartbeat
                && _now - peer.HeardAt > BeatsToTheSilent * _options.Heartbeat;
            var isAnswered = peer.Id == _holder && leastPause > TimeSpan.Zero;
            var pause = isSilent ? SlowBeats * _options.Heartbeat : isAnswered ? _options.Heartbeat * 1.5 : leastPause;
            if (_now - peer.SentAt >= pause && !_gone.ContainsKey(peer.Id)) SendBeat(peer);
        }
    }

    private void SendBeat(Peer peer)
    {
        var word = Word;
        peer.SentAt = _now;
        _effects.Messages.Add(new Beat(
            Self.Id, peer.Id, ++_sequence, StampedNow, peer.EchoStamp, word.Epoch, word.Master, word.Stance, WordStamp, _vote,
            _options.Metric, _counter, WordJoining, _openSince, _standing, _contactsHash + Self.Id.Value));
    }

    /// <summary>Zero on the wire is none.</summary>
    private TimeSpan StampedNow => _now > TimeSpan.Zero ? _now : new(1);

    /// <summary>What all should know at once when it changes.</summary>
    private readonly record struct Spoken(Statement Word, RosterStamp Stamp, MemberId Vote, FormationId Joining, Standing Standing);
}
