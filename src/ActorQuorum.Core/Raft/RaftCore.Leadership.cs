namespace ActorQuorum.Core.Raft;

/// <content>The leader's duties beside replication: heartbeats, and giving up when no quorum answers (dissertation §6.2).</content>
internal sealed partial class RaftCore
{
    private Progress[] _followers = [];
    private long _round;

    /// <summary>Progress is made here and at once, not by a message: a proposal already in the mailbox must find it.</summary>
    private void StartLeadership()
    {
        FollowConfiguration();
        _round = 0;
        _ledSince = _now;
        _transferTo = MemberId.None;
        _waitingSince.Clear();
        _heartbeatDeadline = _now + _options.Heartbeat;
        _quorumDeadline = _now + _options.ElectionTimeout;

        // Raft §8: a no-op of its own term, so that earlier entries are committed; the first leader writes the bindings instead.
        if (_memberships.LatestIndex == 0) AppendConfiguration(_memberships.Latest);
        else AppendOwn(EntryKind.Noop, ReadOnlyMemory<byte>.Empty);
    }

    private void LeaveLeadership()
    {
        if (Role != Role.Leader) return;
        _followers = [];
        RefuseReads();
        RefuseChanges();
        _transferTo = MemberId.None;
    }

    private Entry AppendOwn(EntryKind kind, ReadOnlyMemory<byte> payload)
    {
        var entry = new Entry(_log.LastIndex + 1, Term, kind, payload);
        _log.Append(entry);
        _memberships.Appended(entry);
        _catchUp.Grant(GainOnGrowth * entry.SizeBytes);
        return entry;
    }

    private void OnPropose(Propose propose)
    {
        if (Role != Role.Leader || !_transferTo.IsNone)
        {
            _effects.Refused.Add(new(propose.RequestId));
            return;
        }

        // Clients that give up leave their entries behind: while nothing is committed, these must not pile up without end.
        if (_log.SizeBetween(CommitIndex, _log.LastIndex) > _options.UncommittedSizeBytes)
        {
            _effects.Refused.Add(new(propose.RequestId, IsOverloaded: true));
            return;
        }

        var entry = AppendOwn(EntryKind.Command, propose.Payload);
        _effects.Accepted.Add(new(propose.RequestId, entry.Index, entry.Term));
    }

    private void BroadcastHeartbeat()
    {
        _heartbeatDeadline = _now + _options.Heartbeat;
        _round++;
        foreach (var follower in _followers) SendHeartbeat(follower);
    }

    private void SendHeartbeat(Progress follower) =>
        Send(new Heartbeat(
            _options.Group, Self, follower.Id, Term, _options.Incarnation, Math.Min(CommitIndex, follower.MatchIndex), _round)
        {
            Session = follower.Session,
            Founding = Fingerprint,
        });

    private void OnHeartbeat(Heartbeat heartbeat)
    {
        if (IsOfAnotherFounding(heartbeat.Founding)) return;
        if (heartbeat.Term < Term)
        {
            // A stale leader is told so, or it would go on leading nobody and a rejoined node would hang.
            AnswerHeartbeat(heartbeat, round: 0);
            return;
        }

        Follow(heartbeat.Term, heartbeat.From);
        _session = heartbeat.Session;

        // Only what this leader's own AppendEntries has shown to match is taken for committed: a log that diverges says nothing (row RP-9).
        Commit(Math.Min(heartbeat.CommitIndex, _verifiedIndex));
        AnswerHeartbeat(heartbeat, heartbeat.Round);
    }

    private void AnswerHeartbeat(Heartbeat heartbeat, long round) =>
        Send(new HeartbeatReply(_options.Group, Self, heartbeat.From, Term, _options.Incarnation, round, IsProven) { Session = heartbeat.Session });

    private void OnHeartbeatReply(HeartbeatReply reply)
    {
        if (HearFollower(reply, reply.IsProven, reply.Session) is not { } follower) return;
        follower.Confirmed(reply.Round);
        ConfirmReads();
        RetryAppend(follower);
    }

    /// <summary>The progress of the follower that answers in this leader's term, or null if the answer is not for this term's leader.</summary>
    private Progress? HearFollower(RaftMessage reply, bool isProven, long session)
    {
        if (reply.Term > Term)
        {
            // Dissertation §4.2.3: who was removed does not disturb.
            if (!IsMember(reply.From)) return null;
            BecomeFollower(reply.Term, MemberId.None, RoleCause.HigherTerm, reply.From);
            return null;
        }

        if (Role != Role.Leader || reply.Term < Term) return null;
        var follower = FollowerOf(reply.From);
        if (follower is null || reply.Incarnation < follower.Incarnation || session != follower.Session) return null;
        if (reply.Incarnation > follower.Incarnation) follower.Reincarnate(reply.Incarnation, _log.LastIndex);
        follower.IsProven = isProven;
        follower.LastHeard = _now;

        // One that was removed and added again with the directory it always had knows its votes: it introduces itself only to say its name.
        if (isProven && _memberships.Latest.Find(reply.From) is { Incarnation: 0, Contact.Name.Length: > 0 }) Bind(reply.From, reply.Incarnation, null);
        return follower;
    }

    private Progress? FollowerOf(MemberId id)
    {
        foreach (var follower in _followers)
            if (follower.Id == id)
                return follower;
        return null;
    }

    /// <summary>Dissertation §6.2: a leader that has not heard a quorum for an election timeout steps down, so that its clients look elsewhere.</summary>
    private void CheckQuorum()
    {
        if (_now < _quorumDeadline) return;
        _quorumDeadline = _now + _options.ElectionTimeout / 4;
        var isHeard = _memberships.Latest.IsQuorum(id =>
            id == Self || (FollowerOf(id) is { } follower && Counts(follower) && IsHeard(follower)));
        if (!isHeard) BecomeFollower(Term, MemberId.None, RoleCause.QuorumLost, MemberId.None);
    }

    /// <summary>
    /// Whether a follower's answers count towards a quorum: only those of the data directory that the log binds it to, and only once that
    /// directory knows the binding to be committed, which happened without it.
    /// </summary>
    private bool Counts(Progress follower) =>
        follower.IsProven && follower.Incarnation == _memberships.Latest.BindingOf(follower.Id);
}
