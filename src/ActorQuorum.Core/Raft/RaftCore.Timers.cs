namespace ActorQuorum.Core.Raft;

/// <content>Deadlines, compared with the time that each input carries.</content>
internal sealed partial class RaftCore
{
    private TimeSpan _electionDeadline;
    private TimeSpan _heartbeatDeadline;
    private TimeSpan _quorumDeadline;
    private TimeSpan _introductionDeadline;
    private bool _wasLastTickLate;

    /// <summary>How late a tick may come before it says more about this process than about its leader.</summary>
    private TimeSpan PauseTolerance => _options.ElectionTimeout / 2;

    private void OnTick()
    {
        ForgivePause();
        _lastTick = _now;
        if (Role == Role.Leader)
        {
            CheckQuorum();
            CheckDisk();
            CheckTransfer();
            if (Role == Role.Leader && _now >= _heartbeatDeadline) KeepRhythm();
        }
        else if (_now >= _electionDeadline)
        {
            OnElectionDeadline();
        }

        if ((!IsProven || IsUnbound) && _now >= _introductionDeadline) Introduce();
    }

    /// <summary>The next heartbeat is due a heartbeat after this one was, not after it is sent: coarse ticks would stretch each by up to a tick.</summary>
    private void KeepRhythm()
    {
        var next = _heartbeatDeadline + _options.Heartbeat;
        BroadcastHeartbeat();
        if (next > _now) _heartbeatDeadline = next;
    }

    /// <summary>
    /// A process that was paused has not heard what was sent to it meanwhile: it reads that first, and neither deposes its leader nor
    /// steps down because of its own silence (DESIGN "Time"). One late tick behind another is no pause but a slow process: forgiven for ever,
    /// it would neither elect nor step down.
    /// </summary>
    private void ForgivePause()
    {
        var isLate = _now - _lastTick > PauseTolerance;
        var isPause = isLate && !_wasLastTickLate;
        _wasLastTickLate = isLate;
        if (!isPause) return;
        var grace = _now + _options.ElectionTimeout;
        if (_electionDeadline < grace) _electionDeadline = grace;
        if (_quorumDeadline < grace) _quorumDeadline = grace;
    }

    /// <summary>Raft §5.2: deadlines are drawn at random, so that votes are rarely split.</summary>
    private void ResetElectionDeadline() =>
        _electionDeadline = _now + _random.Between(_options.ElectionTimeout, _options.ElectionTimeout * 2);

    private void OnElectionDeadline()
    {
        ResetElectionDeadline();

        // While the term is on its way to the disk nobody was asked: a further one would only make a slow disk slower, for ever.
        if (IsProven && IsStateDurable && MayCampaign) BeginPreVote();
        else if (!IsProven || !MayCampaign) ForgetLeader();
    }
}
