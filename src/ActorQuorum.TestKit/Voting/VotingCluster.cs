using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.TestKit.Voting.Invariants;

namespace ActorQuorum.TestKit.Voting;

/// <summary>
/// Nodes of the constant election in one thread and in virtual time, replayed from a seed: the production actors and core; only the scheduler, the
/// clock, the network and the disk are simulated. Every invariant is checked at every step.
/// </summary>
internal sealed class VotingCluster
{
    private readonly VotingInvariantSet _invariants;
    private readonly List<SimulatedVoter> _voters = [];
    private readonly SortedSet<MemberId> _goodbyes = [];

    /// <summary>A network without nodes.</summary>
    /// <param name="seed">The run's only source of chance.</param>
    public VotingCluster(ulong seed)
    {
        Simulation = new(seed);
        Network = new(Simulation);
        _invariants = new(this);
    }

    /// <summary>The machines, whether their nodes run or not.</summary>
    public IReadOnlyList<SimulatedVoter> Voters => _voters;

    /// <summary>The scheduler.</summary>
    public Simulation Simulation { get; }

    /// <summary>The network.</summary>
    public VotingNetwork Network { get; }

    /// <summary>Virtual time.</summary>
    public TimeSpan Now => Simulation.Now;

    /// <summary>What was reached so far.</summary>
    public VotingReached Reached => _invariants.Reached;

    /// <summary>The nodes that run.</summary>
    public IEnumerable<SimulatedVoter> Running => _voters.Where(voter => voter.IsRunning);

    /// <summary>The nodes that act as master at this moment.</summary>
    public IEnumerable<SimulatedVoter> Masters => Running.Where(voter => voter.IsActing);

    /// <summary>The first machine whose node has this name.</summary>
    public SimulatedVoter this[string name] => _voters.First(voter => voter.Name == name);

    /// <summary>A machine more, its node not started.</summary>
    public SimulatedVoter Add(string name)
    {
        var voter = new SimulatedVoter(_voters.Count + 1, name, Simulation, Network, _invariants.Stepped, OnStopped);
        _voters.Add(voter);
        return voter;
    }

    /// <summary>Whether this start of a node has left on purpose.</summary>
    public bool HasSaidGoodbye(MemberId start) => _goodbyes.Contains(start) || _voters.Exists(voter => voter.Self?.Id == start && voter.IsRunning && voter.Core.IsLeaving);

    /// <summary>A machine more, its node started.</summary>
    public SimulatedVoter Start(string name, int port = 8080, Func<VotingOptions, VotingOptions>? configure = null)
    {
        var voter = Add(name);
        voter.Start(port, configure);
        return voter;
    }

    /// <summary>Cuts these nodes off from all others, both ways.</summary>
    public void Part(IReadOnlyCollection<SimulatedVoter> side)
    {
        foreach (var one in side)
        {
            foreach (var other in _voters.Except(side))
            {
                Network.Cut(one.Number, other.Number);
                Network.Cut(other.Number, one.Number);
            }
        }
    }

    /// <summary>Runs for a while.</summary>
    public void RunFor(double seconds) => Simulation.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>Runs until a condition holds.</summary>
    /// <returns>How long that took.</returns>
    /// <exception cref="TimeoutException">It did not hold within the virtual time given.</exception>
    public TimeSpan RunUntil(Func<bool> condition, string what, double withinSeconds)
    {
        var before = Now;
        if (!Simulation.RunUntil(condition, TimeSpan.FromSeconds(withinSeconds)))
            throw new TimeoutException($"not within {withinSeconds} virtual seconds: {what}\n{Describe()}");
        return Now - before;
    }

    /// <summary>Whether these nodes and no others run, agree on one master that acts, and on each other as its members.</summary>
    public bool IsAgreed(string master, params string[] others)
    {
        if (Running.Count() != 1 + others.Length || Masters.ToArray() is not [var only] || only.Name != master) return false;
        if (!Running.Select(voter => voter.Name).Order(StringComparer.Ordinal).SequenceEqual(others.Append(master).Order(StringComparer.Ordinal))) return false;
        return IsAgreed();
    }

    /// <summary>Whether one node acts, and all that run follow it and are its members.</summary>
    public bool IsAgreed()
    {
        if (Masters.ToArray() is not [var master]) return false;
        var roster = master.Core.Roster;
        return !roster.IsChanging && roster.Members.Length == Running.Count()
            && Running.All(voter => voter.Core.Master?.Id == master.Self!.Id && voter.Core.Epoch == master.Core.ActingEpoch && voter.Core.Roster.Stamp == roster.Stamp
                && roster.Contains(voter.Self!.Id));
    }

    /// <summary>Runs until they agree.</summary>
    public TimeSpan RunUntilAgreed(double withinSeconds, string master, params string[] others) =>
        RunUntil(() => IsAgreed(master, others), $"{master} is master of {string.Join(", ", others)}", withinSeconds);

    private void OnStopped(SimulatedVoter voter)
    {
        _goodbyes.Add(voter.Self!.Id);
        switch (voter.Stop!.Reason)
        {
            case VotingStopReason.Dispatched: Reached.Dispatches++; break;
            case VotingStopReason.MoreLostThanLive: Reached.MinorityStops++; break;
            case VotingStopReason.NoMajority: Reached.SplitStops++; break;
            default: Reached.NamesRefused++; break;
        }

        Simulation.Trace.Add(Now, TraceKind.Fault, $"{voter.Number} {voter.Name} stops: {voter.Stop.Reason}");
    }

    /// <summary>All nodes in words.</summary>
    public string Describe() => string.Join('\n', _voters);
}
