using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.TestKit.Network;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>A whole cluster in one thread and in virtual time, replayed from a seed; its invariants are checked at every step.</summary>
internal sealed class SimulatedCluster
{
    private readonly Simulation _simulation;

    /// <summary>Starts <paramref name="nodes"/> nodes n1, n2, ...</summary>
    public SimulatedCluster(int nodes, ulong seed, Func<NodeOptions, NodeOptions>? configure = null, ILogger? logger = null)
    {
        _simulation = new(seed);
        Network = new(_simulation);
        MemberOptions[] members = [.. Enumerable.Range(1, nodes).Select(i => new MemberOptions($"n{i}", $"n{i}:1", $"n{i}:2"))];
        Nodes = [.. members.Select(member => new SimulatedNode(_simulation, Network, OptionsOf(member), logger ?? NullLogger.Instance))];
        Invariants = new(this);
        _simulation.Stepped += Invariants.Check;
        foreach (var node in Nodes) node.Start();

        NodeOptions OptionsOf(MemberOptions member)
        {
            var options = new NodeOptions { Name = member.Name, DataDirectory = "data", ClusterName = "simulated", Members = members };
            return configure is null ? options : configure(options);
        }
    }

    /// <summary>The nodes, running or not.</summary>
    public IReadOnlyList<SimulatedNode> Nodes { get; }

    /// <summary>The network between them.</summary>
    public SimulatedNetwork Network { get; }

    /// <summary>What must hold at every step.</summary>
    public ClusterInvariants Invariants { get; }

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now => _simulation.Now;

    /// <summary>How many turns and events have run.</summary>
    public long Steps => _simulation.Steps;

    /// <summary>The node of this name.</summary>
    public SimulatedNode this[string name] => Nodes.Single(node => node.Name == name);

    /// <summary>The running leader of the highest term, or null.</summary>
    public SimulatedNode? Leader =>
        Nodes.Where(node => node.IsRunning && node.Core.Role == Role.Leader).MaxBy(node => node.Core.Term);

    /// <summary>Runs for a while.</summary>
    public void RunFor(TimeSpan duration) => _simulation.RunFor(duration);

    /// <summary>Runs until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not hold within the virtual time given.</exception>
    public void RunUntil(Func<bool> condition, string what, double withinSeconds = 10)
    {
        if (!_simulation.RunUntil(condition, TimeSpan.FromSeconds(withinSeconds)))
            throw new TimeoutException($"not within {withinSeconds} virtual seconds: {what}\n{Describe()}");
    }

    /// <summary>Runs until a leader has applied an entry of its own term, and returns it.</summary>
    public SimulatedNode RunUntilLeader(double withinSeconds = 10)
    {
        RunUntil(() => Leader is { Core: var core } && core.AppliedIndex > 0 && core.Log.TermAt(core.AppliedIndex) == core.Term, "a leader", withinSeconds);
        return Leader!;
    }

    /// <summary>Runs until all running nodes have applied the same, and no less than the leader's log.</summary>
    public void RunUntilConverged(double withinSeconds = 10) =>
        RunUntil(
            () => Leader is { } leader && Nodes.Where(node => node.IsRunning).All(node => node.Core.AppliedIndex == leader.Core.Log.LastIndex),
            "all nodes have applied the leader's log", withinSeconds);

    /// <summary>Splits the network: nothing passes between nodes of different sides.</summary>
    public void Partition(params string[][] sides)
    {
        foreach (var from in Nodes)
            foreach (var to in Nodes)
                if (from != to && !sides.Any(side => side.Contains(from.Name) && side.Contains(to.Name)))
                    Network.Cut(from.Id, to.Id);
    }

    /// <summary>Cuts one node off from all others.</summary>
    public void Isolate(SimulatedNode node)
    {
        foreach (var other in Nodes)
        {
            Network.Cut(node.Id, other.Id);
            Network.Cut(other.Id, node.Id);
        }
    }

    /// <summary>Everything passes again.</summary>
    public void Heal() => Network.Heal();

    /// <summary>Ends a node's process; unsynced bytes are lost as <paramref name="mode"/> says.</summary>
    public void Crash(SimulatedNode node, CrashMode mode = default)
    {
        if (node.IsDurable) Invariants.Crashed(node);
        else Invariants.Wiped(node);
        node.Crash(mode);
    }

    /// <summary>Replaces the disk of a stopped node by an empty one.</summary>
    public void Wipe(SimulatedNode node)
    {
        Invariants.Wiped(node);
        node.WipeDisk();
    }

    /// <summary>Each node's role, term, log and applied index, a line a node.</summary>
    public string Describe() => string.Join('\n', Nodes.Select(node => node.IsRunning
        ? $"{node.Name} {node.Core.Role} term {node.Core.Term} log {node.Core.Log.LastIndex} commit {node.Core.CommitIndex} applied {node.Core.AppliedIndex} proven {node.Core.IsProven}"
        : $"{node.Name} stopped {node.Failure?.Message}"));
}
