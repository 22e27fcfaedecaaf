namespace ActorQuorum.Core.Raft;

/// <content>Leadership transfer: dissertation §3.10.</content>
internal sealed partial class RaftCore
{
    /// <summary>Election timeouts without a word of the disk after which a leader takes it for hung.</summary>
    private const int HungDiskTimeouts = 5;

    private MemberId _transferTo;
    private TimeSpan _transferDeadline;
    private bool _isTransferSent;

    /// <summary>No proposal is taken from now on, so that the successor can come up to date; given up after an election timeout.</summary>
    private void OnHandOver(Membership among)
    {
        if (Role != Role.Leader || !_transferTo.IsNone || BestSuccessor(among) is not { } best) return;
        _transferTo = best.Id;
        _isTransferSent = false;
        _transferDeadline = _now + _options.ElectionTimeout;
        CheckTransfer();
    }

    /// <summary>Of the voters that answer and count, the one that holds most of the log.</summary>
    private Progress? BestSuccessor(Membership among)
    {
        Progress? best = null;
        foreach (var follower in _followers)
        {
            if (among.Find(follower.Id) is not { IsVoter: true } || !Counts(follower) || !IsHeard(follower)) continue;
            if (best is null || follower.MatchIndex > best.MatchIndex) best = follower;
        }

        return best;
    }

    /// <summary>
    /// A leader whose disk hangs answers heartbeats' quorum for ever, as these never touch the disk, but applies nothing and so answers
    /// nobody: it hands over. An extension; the paper's leader would stay.
    /// </summary>
    private void CheckDisk()
    {
        var isWaiting = _persistSequence > _durableSequence;
        if (isWaiting && _now - _diskLastHeard >= _options.ElectionTimeout * HungDiskTimeouts) OnHandOver(_memberships.Latest);
    }

    private void CheckTransfer()
    {
        if (Role != Role.Leader || _transferTo.IsNone) return;
        if (_now >= _transferDeadline)
        {
            _transferTo = MemberId.None;
            ResumeHeldChange();
            return;
        }

        if (_isTransferSent || FollowerOf(_transferTo) is not { } successor || successor.MatchIndex < _log.LastIndex) return;
        _isTransferSent = true;
        Send(new TimeoutNow(_options.Group, Self, _transferTo, Term, _options.Incarnation));
    }

    private void OnTimeoutNow(TimeoutNow timeout)
    {
        if (timeout.Term != Term || timeout.From != Leader || Role != Role.Follower || !IsProven || !MayCampaign) return;
        _votes.Clear();
        Campaign(RoleCause.HandedOver, isTransfer: true);
    }
}
