using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Voting;

/// <summary>
/// One node of the constant election, pure: inputs go in by <see cref="Step"/>, effects come out of <see cref="EndTurn"/>, nothing else
/// happens. A turn is any number of steps and one end. The same inputs give the same effects. Each rule stands in a file of its own; this
/// one holds the state and the ways in and out.
/// </summary>
internal sealed partial class VotingCore
{
    /// <summary>More masterships than any formation sees.</summary>
    private const long MostCounter = 1L << 60;

    /// <summary>So far ahead of all that was seen no other is: a message that says so is damaged, and would use up the counters for all.</summary>
    private const long MostCounterLeap = 1L << 32;

    private readonly VotingOptions _options;
    private readonly CandidateOrder _order;
    private readonly SplitMix64 _random;
    private readonly VotingEffects _effects = new();
    private readonly SortedDictionary<MemberId, Peer> _peers = [];
    private readonly TimeSpan _startedAt;
    private TimeSpan _now;
    private bool _isDirty = true;
    private bool _isStopped;

    /// <summary>Starts a node that knows nobody.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="durable">The epoch that its disk holds; none if it holds none.</param>
    /// <param name="now">Monotonic time.</param>
    public VotingCore(VotingOptions options, VotingEpoch durable, TimeSpan now)
    {
        _options = options.Checked();
        _order = new(options.Metric);
        _random = new(options.Seed);
        _startedAt = _now = _silenceFloor = _settledSince = now;
        _counter = _seenCounter = durable.Counter;
        DurableEpoch = durable;
    }

    /// <summary>This node.</summary>
    public VotingMember Self => _options.Self;

    /// <summary>The part it plays.</summary>
    public VotingRole Role { get; private set; }

    /// <summary>The acting master, as far as it knows; null if it knows none.</summary>
    public VotingMember? Master { get; private set; }

    /// <summary>The epoch it accepted last; none if it belongs to no formation.</summary>
    public VotingEpoch Epoch => _epoch;

    /// <summary>The epoch on its disk.</summary>
    public VotingEpoch DurableEpoch { get; private set; }

    /// <summary>The epoch in which it acts as master; none if it does not.</summary>
    public VotingEpoch ActingEpoch => _actingEpoch;

    /// <summary>Until when it may act as master, unless a majority answers meanwhile; meaningless if it does not act.</summary>
    public TimeSpan ActingUntil => _actingUntil;

    /// <summary>Its formation's roster.</summary>
    public Roster Roster => _roster;

    /// <summary>Whom it wishes for as master.</summary>
    public MemberId Vote => _vote;

    /// <summary>How it takes part in elections.</summary>
    public Standing Standing => _standing;

    /// <summary>Whether it says goodbye or has stopped.</summary>
    public bool IsLeaving => _farewell is not null || _isStopped;

    /// <summary>Whether it acts as master at this moment, its time not being up.</summary>
    public bool IsActing(TimeSpan now) => !_actingEpoch.IsNone && now < _actingUntil;

    /// <summary>One thing happened at <paramref name="now"/> (monotonic).</summary>
    public void Step(TimeSpan now, VotingInput input)
    {
        if (_isStopped) return;
        var before = _now;
        if (now > _now) _now = now;
        KeepWithinLease();
        ForgivePause(before);
        switch (input)
        {
            case VotingTick: _isDirty = true; break;
            case Heard(var message): OnHeard(message); break;
            case Met(var member): Meet(member, isGossip: false); break;
            case ConnectionBroken(var peer): OnConnectionBroken(peer); break;
            case EpochDurable(var sequence): OnEpochDurable(sequence); break;
            case Dispatch: BeginFarewell(VotingStopReason.Dispatched, "It was asked to dispatch."); break;
            default: throw new InvalidOperationException($"unknown input {input.GetType().Name}");
        }
    }

    /// <summary>Ends the turn: decides once on all that happened in it.</summary>
    /// <returns>What is to be done; valid until <see cref="BeginTurn"/>.</returns>
    public VotingEffects EndTurn()
    {
        if (_isStopped) return _effects;
        if (_isDirty)
        {
            _isDirty = _hasSeenOthers = false;
            Decide();
        }

        SendBeats();
        return _effects;
    }

    /// <summary>Begins the next turn: the effects of the last were carried out.</summary>
    public void BeginTurn() => _effects.Clear();

    private void OnHeard(VotingMessage message)
    {
        if (message.To != Self.Id) return;
        if (message is Goodbye goodbye) OnGoodbye(goodbye);
        else if (message is GoodbyeHeard) OnGoodbyeHeard(message.From);
        else if (_farewell is null && _peers.TryGetValue(message.From, out var peer) && !_gone.ContainsKey(message.From)) OnHeard(peer, message);
    }

    private void OnHeard(Peer peer, VotingMessage message)
    {
        switch (message)
        {
            case Beat beat: OnBeat(peer, beat); break;
            case RosterTold told: OnRosterTold(peer, told); break;
            case ContactsTold told: OnContactsTold(told); break;
            case Refusal refusal: OnRefusal(peer, refusal); break;
            default: throw new InvalidOperationException($"unknown message {message.GetType().Name}");
        }
    }

    /// <summary>What follows from all that is known now. The order matters: who is lost comes before who wins.</summary>
    private void Decide()
    {
        if (_farewell is not null)
        {
            ContinueFarewell();
            return;
        }

        LookForLosses();
        if (QuitInMinority()) return;
        GuardNames();
        ChooseFormation();
        ChooseVote();
        CountVotes();
        if (_farewell is not null) return;
        LeadRoster();
        UpdateRole("");
        ForgetTheSilent();
    }

    private void Say(VotingEvent happened) => _effects.Events.Add(happened);
}
