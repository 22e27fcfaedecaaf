namespace ActorQuorum.Core.Raft;

/// <summary>
/// One member of one Raft group, pure: inputs go in by <see cref="Step"/>, effects come out of <see cref="EndTurn"/>, nothing else happens.
/// A turn is any number of steps and one end. Single-threaded. The same inputs give the same effects.
/// Each rule of the paper stands in a file of its own; this one holds the state and the ways in and out.
/// </summary>
internal sealed partial class RaftCore
{
    private readonly RaftOptions _options;
    private readonly RaftLog _log;
    private readonly SplitMix64 _random;
    private readonly MembershipHistory _memberships;
    private readonly Effects _effects = new();
    private readonly List<RaftMessage> _atOnce = [];
    private readonly List<RaftMessage> _onceDurable = [];
    private HardState _state;
    private TimeSpan _now;
    private TimeSpan _lastTick;
    private bool _isStateChanged;
    private long _persistSequence;
    private long _stateSequence;
    private long _durableSequence;
    private TimeSpan _diskLastHeard;
    private long _handedToApply;

    /// <summary>Starts from what the disk holds, as a follower (Raft §5.2).</summary>
    public RaftCore(RaftOptions options, DurableState durable, TimeSpan now)
    {
        _options = options;
        _random = new(options.Seed);
        _catchUp = new(options.CatchUpRateBytes);
        _log = new(durable.Entries, durable.Base);
        _state = durable.State;
        _now = _lastTick = now;
        _memberships = new(_state.Founding.IsEmpty ? Membership.Unbound(options.Members) : new(_state.Founding));
        StartBehindSnapshot(durable);
        StartIdentity();
        ResetElectionDeadline();
    }

    /// <summary>This member.</summary>
    public MemberId Self => _options.Self;

    /// <summary>The part it plays.</summary>
    public Role Role { get; private set; }

    /// <summary>The latest term it has seen.</summary>
    public long Term => _state.Term;

    /// <summary>Who got its vote in this term.</summary>
    public MemberId Vote => _state.Vote;

    /// <summary>The leader of this term, as far as it knows.</summary>
    public MemberId Leader { get; private set; }

    /// <summary>The highest index known to be committed.</summary>
    public long CommitIndex { get; private set; }

    /// <summary>The highest index applied.</summary>
    public long AppliedIndex { get; private set; }

    /// <summary>Whether it may vote and count.</summary>
    public bool IsProven => _state.Proven;

    /// <summary>Its log.</summary>
    public RaftLog Log => _log;

    /// <summary>The latest configuration in its log.</summary>
    public Membership Membership => _memberships.Latest;

    /// <summary>The configuration that is in force at <paramref name="index"/> of its log: the latest that stands up to there.</summary>
    public Membership MembershipAt(long index) => _memberships.CommittedAt(index);

    /// <summary>Where the latest configuration in its log stands; zero if that is the founding one.</summary>
    public long MembershipIndex => _memberships.LatestIndex;

    /// <summary>A leader's view of the followers.</summary>
    public IReadOnlyList<Progress> Followers => _followers;

    /// <summary>One thing happened at <paramref name="now"/> (monotonic).</summary>
    public void Step(TimeSpan now, RaftInput input)
    {
        _now = now;
        switch (input)
        {
            case Tick: OnTick(); break;
            case Received(var message): OnMessage(message); break;
            case Propose propose: OnPropose(propose); break;
            case Read read: OnRead(read); break;
            case Persisted persisted: OnPersisted(persisted); break;
            case Applied applied: OnApplied(applied); break;
            case Unreachable unreachable: OnUnreachable(unreachable); break;
            case HandOver: OnHandOver(_memberships.Latest); break;
            case ChangeMembers change: OnChangeMembers(change); break;
            case SnapshotTaken taken: OnSnapshotTaken(taken); break;
            case SnapshotSent sent: OnSnapshotSent(sent); break;
            case SnapshotFailed failed: OnSnapshotFailed(failed); break;
            case SnapshotArrived arrived: OnSnapshotArrived(arrived); break;
            case SnapshotInstalled installed: OnSnapshotInstalled(installed); break;
            default: throw new InvariantViolationException($"unknown input {input.GetType().Name}");
        }
    }

    /// <summary>Ends the turn: what its steps collected is done once. The effects are valid until the next turn.</summary>
    public Effects EndTurn()
    {
        AdvanceCommit();
        AdvanceMembership();
        BeginReadRound();
        SendAppends();
        LetGo();
        SendAcknowledgement();
        CollectPersist();
        CollectApply();
        TellConfiguration();
        return _effects;
    }

    /// <summary>Forgets the effects of the last turn, once they were carried out.</summary>
    public void BeginTurn() => _effects.Clear();

    private void OnMessage(RaftMessage message)
    {
        // Raft §6: a request is answered whoever sends it, as the sender may stand in a configuration that this node has yet to hear of.
        if (message.Group != _options.Group || message.To != Self) return;
        switch (message)
        {
            case RequestVote request: OnRequestVote(request); break;
            case RequestVoteReply reply: OnRequestVoteReply(reply); break;
            case AppendEntries append: OnAppendEntries(append); break;
            case AppendEntriesReply reply: OnAppendEntriesReply(reply); break;
            case Heartbeat heartbeat: OnHeartbeat(heartbeat); break;
            case HeartbeatReply reply: OnHeartbeatReply(reply); break;
            case TimeoutNow timeout: OnTimeoutNow(timeout); break;
            case Introduction introduction: OnIntroduction(introduction); break;
            default: throw new InvariantViolationException($"unknown message {message.GetType().Name}");
        }
    }

    private void ChangeState(HardState state)
    {
        Invariant.Check(state.Term >= _state.Term, $"term falls from {_state.Term} to {state.Term}");
        Invariant.Check(
            state.Term > _state.Term || _state.Vote.IsNone || state.Vote == _state.Vote,
            $"vote of term {_state.Term} changes from {_state.Vote} to {state.Vote}");
        if (state.Equals(_state)) return;
        _state = state;
        _isStateChanged = true;
    }

    /// <summary>Whether term, vote and identity, as they are now, are known to be durable.</summary>
    private bool IsStateDurable => !_isStateChanged && _stateSequence <= _durableSequence;

    private void Send(RaftMessage message) => _atOnce.Add(message);

    private void SendOnceDurable(RaftMessage message) => _onceDurable.Add(message);

    /// <summary>
    /// DESIGN "What may leave before the disk": a message that bears a term waits until that term, and the vote cast in it, are durable.
    /// So while the state is on its way to the disk, all messages ride; otherwise only those that acknowledge what is not yet durable do.
    /// </summary>
    private void CollectPersist()
    {
        if (IsStateDurable)
        {
            _effects.Messages.AddRange(_atOnce);
        }
        else
        {
            _onceDurable.AddRange(_atOnce);
        }

        _atOnce.Clear();
        if (!_isStateChanged && !_log.HasUnhanded && _onceDurable.Count == 0) return;
        var (begin, truncateFrom, entries) = _log.TakeUnhanded();
        if (_persistSequence == _durableSequence) _diskLastHeard = _now;
        _persistSequence++;
        if (_isStateChanged) _stateSequence = _persistSequence;
        _effects.Persist = new(
            _options.Group, _isStateChanged ? _state : null, truncateFrom, entries,
            _log.LastIndex, _log.Generation, _persistSequence, [.. _onceDurable]) { Base = begin };
        _onceDurable.Clear();
        _isStateChanged = false;
    }

    private void OnPersisted(Persisted persisted)
    {
        _durableSequence = Math.Max(_durableSequence, persisted.Sequence);
        _diskLastHeard = _now;
        _log.Acknowledge(persisted.LastIndex, persisted.Generation);
        ProveByBinding();
        CountOwnVote();
    }

    private void OnApplied(Applied applied)
    {
        Invariant.Check(applied.Index <= _handedToApply, $"applied {applied.Index} beyond {_handedToApply} handed over");
        AppliedIndex = Math.Max(AppliedIndex, applied.Index);
    }

    /// <summary>
    /// Only entries that are committed and locally durable are applied, and no more than a window ahead of the state machine; none while a
    /// snapshot replaces the state they would be applied to.
    /// </summary>
    private void CollectApply()
    {
        if (_installing is not null) return;
        var last = Math.Min(Math.Min(CommitIndex, _log.DurableIndex), AppliedIndex + _options.ApplyWindow);
        if (last <= _handedToApply) return;
        var entries = _log.Slice(_handedToApply + 1, last, long.MaxValue);
        _handedToApply = last;
        _effects.Apply = entries;
    }
}
