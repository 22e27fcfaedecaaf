namespace ActorQuorum.Core.Raft;

/// <content>Log compaction: Raft §7. Snapshots are taken, sent and installed outside; the core decides when one is needed and what it means.</content>
internal sealed partial class RaftCore
{
    /// <summary>
    /// Election timeouts after which a leader asks for a snapshot that was sent. Who is still at work on it does not answer; who does not know
    /// of it, as it died meanwhile, refuses, and gets another.
    /// </summary>
    private const int InstallTimeouts = 10;

    /// <summary>The longest pause behind a snapshot that could not be sent: sixteen election timeouts.</summary>
    private const int PauseDoublings = 4;

    private long _snapshotIndex;
    private SnapshotMark? _installing;

    /// <summary>Takes over what the disk holds: the node may have died between a snapshot and the log behind it.</summary>
    private void StartBehindSnapshot(DurableState durable)
    {
        var mark = durable.Snapshot;
        Invariant.Check(mark.Index >= _log.BaseIndex, $"the log begins behind {_log.BaseIndex}, the snapshot reaches to {mark.Index}");
        if (!_log.Matches(mark.Index, mark.Term)) _log.Reset(mark.Index, mark.Term);
        if (mark.Index > 0) _memberships.Restart(mark);
        for (var index = Math.Max(mark.Index, _log.BaseIndex) + 1; index <= _log.LastIndex; index++) _memberships.Appended(_log[index]);
        _snapshotIndex = _handedToApply = AppliedIndex = CommitIndex = mark.Index;
    }

    private void OnSnapshotTaken(SnapshotTaken taken)
    {
        Invariant.Check(taken.Index <= CommitIndex, $"a snapshot reaches to {taken.Index}, committed is {CommitIndex}");
        _snapshotIndex = Math.Max(_snapshotIndex, taken.Index);
        Compact();
    }

    /// <summary>
    /// Entries before the snapshot go, but for those that trail for slow followers, and those behind a snapshot that is on its way or was just
    /// installed: without them its receiver would need another as soon as it has this one. Both are bounded, in number and in bytes.
    /// </summary>
    private void Compact()
    {
        var index = LeastWithin(_options.TrailingEntries, _options.TrailingSizeBytes);
        var held = LeastWithin(_options.HeldEntries, _options.HeldSizeBytes);
        foreach (var follower in _followers)
            if (IsHeldFor(follower))
                index = Math.Min(index, Math.Max(held, Math.Max(follower.SnapshotIndex, follower.MatchIndex)));
        index = Math.Min(index, _log.DurableIndex);
        if (index <= _log.BaseIndex) return;
        _log.CompactTo(index);
        _memberships.CompactedTo(index);
    }

    /// <summary>Behind which the entries before the snapshot are within both bounds.</summary>
    private long LeastWithin(long entries, long sizeBytes) => Math.Max(_snapshotIndex - entries, _log.LeastWithin(_snapshotIndex, sizeBytes));

    private bool IsHeldFor(Progress follower) => follower.IsSnapshotting || (follower.IsCatchingUp && IsHeard(follower));

    /// <summary>Whether the entry before the next one to send is gone: then only a snapshot brings the follower up.</summary>
    private bool NeedsSnapshot(Progress follower) => follower.NextIndex <= _log.BaseIndex;

    /// <summary>One that does not answer gets none: it would be read from the disk for nobody.</summary>
    private void WantSnapshot(Progress follower)
    {
        if (follower.Incarnation == 0 || !IsHeard(follower) || _now < follower.SnapshotPause) return;
        follower.BeginSnapshot(_snapshotIndex);
        _effects.SnapshotsWanted.Add(follower.Id);
    }

    /// <summary>The follower answers by acknowledging the snapshot's last index; heartbeats go on meanwhile.</summary>
    private void OnSnapshotSent(SnapshotSent sent)
    {
        if (FollowerOf(sent.To) is { IsSnapshotting: true } follower)
            follower.SnapshotSent(sent.Mark.Index, _now + (_options.ElectionTimeout * InstallTimeouts));
    }

    /// <summary>A follower whose disk is full, say, refuses each: from one to the next it gets twice the time.</summary>
    private void OnSnapshotFailed(SnapshotFailed failed)
    {
        if (FollowerOf(failed.To) is not { IsSnapshotting: true } follower) return;
        var pause = _options.ElectionTimeout * (1 << Math.Min(follower.SnapshotFailures, PauseDoublings));
        follower.SnapshotFailed();
        follower.EndSnapshot(_now + pause);
    }

    /// <summary>Installing the snapshot is not enough, however fast it went: what came meanwhile is still to be sent.</summary>
    private void NoteCaughtUp(Progress follower)
    {
        if (!follower.IsCatchingUp || (follower.MatchIndex <= follower.SnapshotIndex && follower.MatchIndex < _log.LastIndex)) return;
        if (follower.HasCaughtUp(_log.LastIndex, _now, _options.ElectionTimeout)) follower.CaughtUp();
    }

    /// <summary>A follower that never says it has installed what was sent is asked where it stands.</summary>
    private void CheckSnapshot(Progress follower)
    {
        if (follower.IsSnapshotting && _now >= follower.InstallDeadline) follower.EndSnapshot(_now);
    }

    /// <summary>
    /// Raft §7, figure 13. A snapshot of what is known to be committed, or stands in the log, brings nothing new: it is acknowledged, and the
    /// log behind it stays.
    /// </summary>
    private void OnSnapshotArrived(SnapshotArrived arrived)
    {
        if (arrived.Term < Term || IsOfAnotherFounding(HardState.FingerprintOf(arrived.Mark.Founding))) return;
        Follow(arrived.Term, arrived.From);
        var mark = arrived.Mark;
        if (_installing is not null) return;
        if (_log.Matches(mark.Index, mark.Term))
        {
            Commit(mark.Index);
            AcknowledgeSnapshot(mark);
            return;
        }

        _installing = mark;
        _effects.InstallSnapshot = mark;
    }

    private void OnSnapshotInstalled(SnapshotInstalled installed)
    {
        var mark = installed.Mark;
        Invariant.Check(mark.Equals(_installing), $"a snapshot to {mark.Index} was installed unasked");
        Invariant.Check(mark.Index > _handedToApply, $"a snapshot to {mark.Index} was installed behind {_handedToApply}");
        _installing = null;
        if (!_log.Matches(mark.Index, mark.Term))
        {
            _log.Reset(mark.Index, mark.Term);
            _memberships.Restart(mark);
            CommitIndex = mark.Index;
            _verifiedIndex = Math.Min(_verifiedIndex, mark.Index);
        }

        Commit(mark.Index);
        _snapshotIndex = Math.Max(_snapshotIndex, mark.Index);
        _handedToApply = AppliedIndex = mark.Index;
        ProveByBinding();
        AcknowledgeSnapshot(mark);
    }

    /// <summary>What a snapshot holds is committed, and so every leader of this term or a later one holds it too.</summary>
    private void AcknowledgeSnapshot(SnapshotMark mark)
    {
        if (Leader.IsNone || Leader == Self) return;
        _verifiedIndex = Math.Max(_verifiedIndex, mark.Index);
        _acknowledgeTo = Leader;
        _acknowledgeTerm = Term;
    }
}
