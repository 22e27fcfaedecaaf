using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>All invariants of one cluster: told of every step, they look only at what changed.</summary>
internal sealed class InvariantSet
{
    private readonly Simulation _simulation;
    private readonly List<ClusterInvariant> _all;
    private readonly SortedDictionary<int, CoreView> _before = [];

    /// <summary>Makes them for the nodes, which may still be added to the list.</summary>
    /// <param name="simulation">Where the nodes run.</param>
    /// <param name="nodes">The nodes of the cluster.</param>
    /// <param name="history">What the cluster begins with, from index 1, if it is the rest of another.</param>
    public InvariantSet(Simulation simulation, IReadOnlyList<SimulatedNode> nodes, IReadOnlyList<(Entry Entry, long InTerm)>? history = null)
    {
        _simulation = simulation;
        Committed = new(nodes, history ?? []);
        _all =
        [
            new ElectionSafety(), new ElectedByMajority(), new ProgressIsTrue(nodes), new LeaderAppendOnly(), new LogMatching(), Committed, new LeaderCompleteness(Committed),
            new StateMachineSafety(Committed), new AcknowledgedAfterFsync(), new CommittedByOwnTerm(), new DurableSurvives(),
            new UnprovenHasNoVote(), new NoMessageStorm(simulation), new Monotonic(), Failures, Snapshots = new(Committed, Reached),
            new OneChangeInFlight(Reached), new ConfigurationInForce(), new ConfigurationsOverlap(Committed, Reached), new LostIsForgotten(),
        ];
    }

    /// <summary>What was ever committed.</summary>
    public CommittedIsDurable Committed { get; }

    /// <summary>Which nodes may stop themselves, and why.</summary>
    public NoUnexpectedStop Failures { get; } = new();

    /// <summary>What snapshots must hold.</summary>
    public SnapshotEqualsLog Snapshots { get; }

    /// <summary>What was reached so far.</summary>
    public ReachedCounts Reached { get; } = new();

    /// <summary>Something more must hold from now on.</summary>
    public void Add(ClusterInvariant invariant) => _all.Add(invariant);

    /// <summary>A node did something.</summary>
    public void Stepped(SimulatedNode node)
    {
        Failures.Look(node);
        if (!node.IsRunning) return;
        Snapshots.Look(node);
        var before = _before.GetValueOrDefault(node.Number);
        var now = CoreView.Of(node.Core);
        if (now == before) return;
        _before[node.Number] = now;
        _simulation.Trace.Add(
            _simulation.Now, TraceKind.State, node.Number, now.Term, (long)now.Role, now.LastIndex, now.CommitIndex);
        Reached.Changed(before, now);
        foreach (var invariant in _all) invariant.Changed(node, before);
    }

    /// <summary>A node sends a message.</summary>
    public void Sent(SimulatedNode node, RaftMessage message)
    {
        foreach (var invariant in _all) invariant.Sent(node, message);
    }

    /// <summary>A node starts from what its disk held.</summary>
    public void Recovered(SimulatedNode node, WitnessedLog before, DurableState found)
    {
        foreach (var invariant in _all) invariant.Recovered(node, before, found);
    }

    /// <summary>A node starts, whatever was there before.</summary>
    public void Started(SimulatedNode node, DurableState found)
    {
        foreach (var invariant in _all) invariant.Started(node, found);
    }

    /// <summary>A node's process is gone.</summary>
    public void Crashed(SimulatedNode node)
    {
        _before.Remove(node.Number);
        foreach (var invariant in _all) invariant.Crashed(node);
    }

    /// <summary>A node's disk is gone.</summary>
    public void Wiped(SimulatedNode node)
    {
        foreach (var invariant in _all) invariant.Wiped(node);
    }
}
