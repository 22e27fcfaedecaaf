using ActorQuorum.Core;

namespace ActorQuorum.TestKit.Hosting;

/// <summary>
/// One thread, virtual time: what is ready runs in an order drawn from the seed, and only when nothing is ready does time move to the next
/// event. The same seed gives the same run.
/// </summary>
internal sealed class Simulation(ulong seed)
{
    /// <summary>So much never happens at one moment: somebody gives work to itself, or two to each other, without end.</summary>
    private const int MostStepsAtOnce = 1_000_000;

    private readonly PriorityQueue<Action, (TimeSpan Due, long Sequence)> _events = new();
    private readonly List<Action> _ready = [];
    private long _sequence;
    private TimeSpan _moment;
    private int _stepsAtMoment;

    /// <summary>The run's only randomness.</summary>
    public SplitMix64 Random { get; } = new(seed);

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>What happened so far.</summary>
    public SimulationTrace Trace { get; } = new();

    /// <summary>How many turns and events have run.</summary>
    public long Steps { get; private set; }

    /// <summary>Something can run now; when among all that can, the seed decides.</summary>
    public void Ready(Action turn) => _ready.Add(turn);

    /// <summary>Something happens after <paramref name="delay"/>.</summary>
    public void After(TimeSpan delay, Action happening) => _events.Enqueue(happening, (Now + delay, _sequence++));

    /// <summary>Runs until <paramref name="isReached"/>, at most for <paramref name="within"/> of virtual time.</summary>
    /// <returns>Whether it was reached.</returns>
    public bool RunUntil(Func<bool> isReached, TimeSpan within)
    {
        var deadline = Now + within;
        while (!isReached())
        {
            if (_ready.Count == 0 && (!_events.TryPeek(out _, out var next) || next.Due > deadline))
            {
                Now = deadline;
                return isReached();
            }

            Step();
        }

        return true;
    }

    /// <summary>Runs for <paramref name="duration"/> of virtual time.</summary>
    public void RunFor(TimeSpan duration) => RunUntil(static () => false, duration);

    private void Step()
    {
        if (_ready.Count > 0)
        {
            var drawn = (int)Random.Below(_ready.Count);
            var turn = _ready[drawn];
            _ready[drawn] = _ready[^1];
            _ready.RemoveAt(_ready.Count - 1);
            turn();
        }
        else if (_events.TryDequeue(out var happening, out var at))
        {
            Now = at.Due;
            happening();
        }

        Steps++;
        DemandThatTimeMovesOn();
    }

    private void DemandThatTimeMovesOn()
    {
        if (Now != _moment) (_moment, _stepsAtMoment) = (Now, 0);
        if (++_stepsAtMoment > MostStepsAtOnce)
            throw new BrokenPromiseException("TimeMovesOn", FormattableString.Invariant($"more than {MostStepsAtOnce} steps at {Now.TotalSeconds} s, and no end of them"));
    }
}
