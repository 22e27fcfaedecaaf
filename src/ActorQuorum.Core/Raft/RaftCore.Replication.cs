using System.Collections.Immutable;

namespace ActorQuorum.Core.Raft;

/// <content>Log replication: Raft §5.3, with batching, pipelining, a bounded window and fast back-off.</content>
internal sealed partial class RaftCore
{
    private long _verifiedIndex;
    private MemberId _acknowledgeTo;
    private long _acknowledgeTerm;
    private long _session;

    /// <summary>One turn is one AppendEntries a follower, or as many as a backlog needs and the window allows.</summary>
    private void SendAppends()
    {
        foreach (var follower in _followers)
        {
            if (follower.IsSnapshotting) continue;
            if (NeedsSnapshot(follower))
            {
                WantSnapshot(follower);
                continue;
            }

            if (follower.IsProbing)
            {
                if (!follower.IsProbeOut) Probe(follower);
                continue;
            }

            while (follower.NextIndex <= _log.LastIndex && follower.UnderWay < _options.AppendWindow && AppendRoom(follower) is > 0 and var sizeBytes)
            {
                var entries = _log.Slice(follower.NextIndex, _log.LastIndex, sizeBytes);
                SendAppend(follower, entries);
                follower.Sent(entries[^1].Index, _now);
            }
        }
    }

    /// <summary>
    /// One message at a time until it is known where the logs agree; without entries while the follower is silent, or at work on a snapshot.
    /// </summary>
    private void Probe(Progress follower)
    {
        var isBlind = !IsHeard(follower) || follower.MatchIndex < follower.SnapshotIndex || follower.NextIndex > _log.LastIndex;
        var sizeBytes = isBlind ? 0 : AppendRoom(follower);
        SendAppend(follower, sizeBytes == 0 ? [] : _log.Slice(follower.NextIndex, _log.LastIndex, sizeBytes));
        follower.IsProbeOut = true;
    }

    private void SendAppend(Progress follower, ImmutableArray<Entry> entries)
    {
        var previous = follower.NextIndex - 1;
        SpendOnCatchUp(follower, entries.AsSpan());
        Send(new AppendEntries(
            _options.Group, Self, follower.Id, Term, _options.Incarnation, previous, _log.TermAt(previous), entries, CommitIndex)
        {
            Session = follower.Session,
            Founding = Fingerprint,
        });
    }

    private void OnAppendEntries(AppendEntries append)
    {
        if (IsOfAnotherFounding(append.Founding)) return;
        if (append.Term < Term)
        {
            // Raft §5.1: a stale term is refused, and answered so that its leader learns of the new one.
            RefuseAppend(append);
            return;
        }

        Follow(append.Term, append.From);
        _session = append.Session;

        // The log is about to be replaced: what is said of it now would be void. The leader asks again.
        if (_installing is not null) return;
        if (!_log.Matches(append.PreviousIndex, append.PreviousTerm))
        {
            RefuseAppend(append);
            return;
        }

        AppendFromLeader(append.Entries);
        // What only the snapshot holds is committed, and so the leader's too.
        var last = Math.Max(append.PreviousIndex + append.Entries.Length, _log.BaseIndex);
        _verifiedIndex = Math.Max(_verifiedIndex, last);
        _acknowledgeTo = append.From;
        _acknowledgeTerm = Term;

        // Raft figure 2: not beyond the last entry that this message showed to match (row RP-9).
        Commit(Math.Min(append.CommitIndex, last));
    }

    /// <summary>Raft §5.3: an entry that conflicts (same index, other term) goes, with all that follow it; what is there already stays.</summary>
    private void AppendFromLeader(ImmutableArray<Entry> entries)
    {
        foreach (var entry in entries)
        {
            if (_log.Matches(entry.Index, entry.Term)) continue;
            if (entry.Index <= _log.LastIndex) Truncate(entry.Index);
            _log.Append(entry);
            _memberships.Appended(entry);
        }
    }

    private void Truncate(long index)
    {
        Invariant.Check(index > CommitIndex, $"committed entry {index} of term {_log.TermAt(index)} would be truncated, commit index {CommitIndex}");
        _log.TruncateFrom(index);
        _memberships.TruncatedFrom(index);
        _verifiedIndex = Math.Min(_verifiedIndex, index - 1);
    }

    /// <summary>Raft §5.3, "the protocol can be optimized": the follower names the last place where the logs may agree, so that one answer skips a term.</summary>
    private void RefuseAppend(AppendEntries append)
    {
        var hint = Math.Max(_log.BaseIndex, _log.LastPossibleMatch(append.PreviousIndex, append.PreviousTerm));
        Send(new AppendEntriesReply(
            _options.Group, Self, append.From, Term, _options.Incarnation, false, append.PreviousIndex, hint, _log.TermAt(hint), IsProven)
        {
            Session = append.Session,
        });
    }

    /// <summary>All that this turn's messages brought is acknowledged once, and not before it is durable.</summary>
    private void SendAcknowledgement()
    {
        if (_acknowledgeTo.IsNone) return;
        var isCurrent = _acknowledgeTerm == Term && _acknowledgeTo == Leader;
        if (isCurrent)
        {
            var reply = new AppendEntriesReply(
                _options.Group, Self, _acknowledgeTo, Term, _options.Incarnation, true, _verifiedIndex, 0, 0, IsProven)
            {
                Session = _session,
            };
            if (_verifiedIndex <= _log.DurableIndex) Send(reply);
            else SendOnceDurable(reply);
        }

        _acknowledgeTo = MemberId.None;
    }

    private void OnAppendEntriesReply(AppendEntriesReply reply)
    {
        if (HearFollower(reply, reply.IsProven, reply.Session) is not { } follower) return;
        if (reply.IsSuccess)
        {
            Invariant.Check(reply.MatchIndex <= _log.LastIndex, $"{reply.From} acknowledges {reply.MatchIndex}, the log ends at {_log.LastIndex}");
            follower.Matched(reply.MatchIndex, _log.LastIndex, _now);
            NoteCaughtUp(follower);
            CheckTransfer();
        }
        else
        {
            OnAppendRefused(follower, reply);
        }
    }

    private void OnAppendRefused(Progress follower, AppendEntriesReply refusal)
    {
        var isStale = follower.IsProbing ? refusal.MatchIndex != follower.NextIndex - 1 : refusal.MatchIndex <= follower.MatchIndex;
        if (isStale) return;
        var agreed = _log.LastPossibleMatch(refusal.HintIndex, refusal.HintTerm);
        follower.BackOff(Math.Min(refusal.MatchIndex, agreed + 1));
    }

    /// <summary>
    /// A follower that answers heartbeats but does not advance may have missed a message: it is asked again. So is one that has everything:
    /// it may have restarted, or doubted its leader, and then takes no commit index from heartbeats until an AppendEntries verified its log.
    /// </summary>
    private void RetryAppend(Progress follower)
    {
        if (follower.IsSnapshotting)
        {
            CheckSnapshot(follower);
        }
        else if (follower.IsProbing)
        {
            follower.IsProbeOut = false;
        }
        else if (!NeedsSnapshot(follower) && _now - follower.LastAdvance >= _options.ElectionTimeout)
        {
            // Empty, behind all that was sent: a slow disk acknowledges later, a gap is refused at once.
            follower.LastAdvance = _now;
            SendAppend(follower, []);
        }
    }

    private void OnUnreachable(Unreachable unreachable)
    {
        if (Role != Role.Leader || FollowerOf(unreachable.Peer) is not { } follower) return;
        if (follower.IsSnapshotting)
        {
            // Whether a snapshot arrives that is still being sent, the one who sends it knows.
            if (follower.IsSnapshotSent) follower.EndSnapshot(_now);
            return;
        }

        // What is under way may be lost. One that acknowledged nothing yet, as under a new leader, may still have nearly all: it is asked before
        // it is thought to need a snapshot.
        var known = follower.MatchIndex + 1;
        follower.BackOff(known > _log.BaseIndex ? known : follower.NextIndex);
        follower.IsProbeOut = true;
    }
}
