using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.TestKit.Invariants;
using ActorQuorum.TestKit.Network;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>
/// A whole cluster in one thread and in virtual time, replayed from a seed: the production actors, core, log and key-value store; only the
/// scheduler, the clock, the network and the disk are simulated. Every invariant is checked at every step.
/// </summary>
public sealed partial class SimulatedCluster
{
    private readonly Simulation _simulation;
    private readonly InvariantSet _invariants;
    private readonly List<SimulatedNode> _nodes = [];
    private readonly List<SimulatedRequest> _requests = [];
    private readonly Func<MemberOptions, MemberOptions[], SimulatedNode> _make;

    /// <summary>Starts <paramref name="nodes"/> nodes n1, n2, ...</summary>
    /// <param name="nodes">How many, from 1 to 15.</param>
    /// <param name="seed">The run's only source of chance.</param>
    /// <param name="configure">Changes the settings of each node.</param>
    /// <param name="logger">Where the nodes log; nowhere by default.</param>
    /// <param name="build">Adds processors to each node; a transport that it names is not used.</param>
    public SimulatedCluster(
        int nodes, ulong seed, Func<NodeOptions, NodeOptions>? configure = null, ILogger? logger = null, Action<QuorumBuilder>? build = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(nodes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(nodes, 15);
        _simulation = new(seed);
        _invariants = new(_simulation, _nodes);
        Network = new(_simulation, _invariants.Reached);
        _decisions = [new(_invariants.Committed)];
        _invariants.Add(new ClustersStayApart(_decisions, _decisions[0]));
        MemberOptions[] members = [.. Enumerable.Range(1, nodes).Select(i => new MemberOptions($"n{i}", $"n{i}:1", $"n{i}:2"))];
        _make = (member, all) =>
        {
            var options = new NodeOptions { Name = member.Name, DataDirectory = "data", ClusterName = "simulated", Members = all };
            if (configure is not null) options = configure(options);
            var node = new SimulatedNode(_nodes.Count + 1, _simulation, Network, options, _invariants, logger ?? NullLogger.Instance);
            build?.Invoke(node.Builder);
            return node;
        };
        foreach (var member in members) _nodes.Add(_make(member, members));

        foreach (var node in _nodes) node.Start();
    }

    /// <summary>The nodes, running or not.</summary>
    public IReadOnlyList<SimulatedNode> Nodes => _nodes;

    /// <summary>Virtual time since the beginning.</summary>
    public TimeSpan Now => _simulation.Now;

    /// <summary>How many turns and events have run.</summary>
    public long Steps => _simulation.Steps;

    /// <summary>A hash of everything that happened: the same seed and the same calls give the same one on every machine.</summary>
    public ulong TraceHash => _simulation.Trace.Hash;

    /// <summary>The last events, as far as they are noted in words.</summary>
    public IReadOnlyCollection<string> LastEvents => _simulation.Trace.Latest;

    /// <summary>What was reached so far.</summary>
    public ReachedCounts Reached => _invariants.Reached;

    /// <summary>How many entries were ever committed.</summary>
    public int Committed => _invariants.Committed.Entries.Count;

    /// <summary>The running leader of the highest term, or null.</summary>
    public SimulatedNode? Leader => _nodes.Where(node => node.IsRunning && node.Role == Role.Leader).MaxBy(node => node.Term);

    /// <summary>The network between the nodes.</summary>
    internal SimulatedNetwork Network { get; }

    /// <summary>The scheduler.</summary>
    internal Simulation Simulation => _simulation;

    /// <summary>The node of this name.</summary>
    /// <param name="name">n1, n2, ...</param>
    public SimulatedNode this[string name] => _nodes.Single(node => node.Name == name);

    /// <summary>Writes every event of the run as text from now on.</summary>
    /// <param name="writer">Where to; null for nowhere.</param>
    public void WriteTraceTo(TextWriter? writer) => _simulation.Trace.Writer = writer;

    /// <summary>Runs for a while.</summary>
    /// <param name="duration">Virtual time.</param>
    public void RunFor(TimeSpan duration) => _simulation.RunFor(duration);

    /// <summary>Runs until a condition holds.</summary>
    /// <param name="condition">Looked at before each step.</param>
    /// <param name="what">The condition in words, for the error.</param>
    /// <param name="withinSeconds">Virtual seconds.</param>
    /// <exception cref="TimeoutException">It did not hold within the virtual time given.</exception>
    public void RunUntil(Func<bool> condition, string what, double withinSeconds = 10)
    {
        if (!_simulation.RunUntil(condition, TimeSpan.FromSeconds(withinSeconds)))
            throw new TimeoutException($"not within {withinSeconds} virtual seconds: {what}\n{Describe()}");
    }

    /// <summary>Runs until a leader has applied an entry of its own term, and returns it.</summary>
    /// <param name="withinSeconds">Virtual seconds.</param>
    /// <returns>The leader.</returns>
    /// <exception cref="TimeoutException">None stood within the virtual time given.</exception>
    public SimulatedNode RunUntilLeader(double withinSeconds = 10)
    {
        RunUntil(() => Leader is { Core: var core } && core.AppliedIndex > 0 && core.Log.TermAt(core.AppliedIndex) == core.Term, "a leader", withinSeconds);
        return Leader!;
    }

    /// <summary>Runs until all running nodes have applied the same, and no less than the leader's log.</summary>
    /// <param name="withinSeconds">Virtual seconds.</param>
    /// <exception cref="TimeoutException">They had not within the virtual time given.</exception>
    public void RunUntilConverged(double withinSeconds = 10) =>
        RunUntil(
            () => Leader is { } leader && Members.All(node => node.AppliedIndex == leader.Core.Log.LastIndex),
            "all nodes have applied the leader's log", withinSeconds);

    /// <summary>Splits the network: nothing passes between nodes of different sides.</summary>
    /// <param name="sides">The names on each side; who is on none is alone.</param>
    public void Partition(params string[][] sides)
    {
        foreach (var from in _nodes)
            foreach (var to in _nodes)
                if (from != to && !sides.Any(side => side.Contains(from.Name) && side.Contains(to.Name)))
                    Network.Cut(from.Id, to.Id);
    }

    /// <summary>Cuts one node off from all others.</summary>
    /// <param name="node">The node.</param>
    public void Isolate(SimulatedNode node)
    {
        foreach (var other in _nodes)
        {
            CutOneWay(node, other);
            CutOneWay(other, node);
        }
    }

    /// <summary>Nothing passes from one node to another any more; the way back stays open.</summary>
    /// <param name="from">The sender.</param>
    /// <param name="to">The receiver.</param>
    public void CutOneWay(SimulatedNode from, SimulatedNode to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        Note($"cut {from.Name} to {to.Name}");
        Network.Cut(from.Id, to.Id);
    }

    /// <summary>Messages for which this holds are lost.</summary>
    /// <param name="rule">The rule; null for none.</param>
    public void Drop(Func<MessageOnTheWay, bool>? rule) => Network.Drop = rule;

    /// <summary>Messages of the core for which this holds arrive twice; forwarded requests never do, as on TCP.</summary>
    /// <param name="rule">The rule; null for none.</param>
    public void Duplicate(Func<MessageOnTheWay, bool>? rule) => Network.Duplicate = rule;

    /// <summary>How much longer a message takes.</summary>
    /// <param name="rule">The rule; null for none.</param>
    public void Delay(Func<MessageOnTheWay, TimeSpan>? rule) => Network.Delay = rule;

    /// <summary>Everything passes again, and no rule holds any more.</summary>
    public void Heal()
    {
        Note($"heal");
        Network.Heal();
    }

    /// <summary>Ends a node's process, as kill -9 or a power failure does.</summary>
    /// <param name="node">The node.</param>
    /// <param name="mode">What becomes of bytes that were not flushed.</param>
    public void Crash(SimulatedNode node, CrashMode mode = CrashMode.LoseUnsynced)
    {
        ArgumentNullException.ThrowIfNull(node);
        DemandHere(node);
        Note($"crash {node.Name} {mode}");
        node.Crash(mode);
        LoseConnections();
    }

    /// <summary>Asks a node to hand its leadership over, if it leads.</summary>
    /// <param name="node">The node.</param>
    public void HandOver(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        Note($"hand over {node.Name}");
        node.Actors?.HandOver();
    }

    /// <summary>Stops a node as a process does that was asked to: its requests end, its log is closed cleanly, then it does not run any more.</summary>
    /// <param name="node">The node.</param>
    public void Stop(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        Note($"stop {node.Name}");
        node.Stop(() =>
        {
            Reached.CleanStops++;
            Crash(node, CrashMode.ProcessOnly);
        });
    }

    /// <summary>Starts a node that does not run.</summary>
    /// <param name="node">The node.</param>
    /// <exception cref="IOException">Its disk is damaged: the start is refused.</exception>
    public void Restart(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        DemandHere(node);
        if (node.IsRunning) throw new InvalidOperationException($"{node.Name} runs; crash it first");
        Note($"restart {node.Name}");
        node.Start();
    }

    /// <summary>A node's process is swapped out for a while; what arrives waits.</summary>
    /// <param name="node">The node.</param>
    /// <param name="duration">Virtual time.</param>
    public void Pause(SimulatedNode node, TimeSpan duration)
    {
        ArgumentNullException.ThrowIfNull(node);
        Note($"pause {node.Name} for {duration.TotalMilliseconds:F0} ms");
        node.Pause(duration);
    }

    /// <summary>A node's next flush fails: it must stop itself.</summary>
    /// <param name="node">The node.</param>
    public void FailNextFlush(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        Note($"the next flush of {node.Name} fails");
        node.Disk.FailNextFlush();
    }

    /// <summary>Sets what a node's disk can hold, counted from what it holds now.</summary>
    /// <param name="node">The node.</param>
    /// <param name="freeBytes">What is still free.</param>
    public void FillDisk(SimulatedNode node, long freeBytes)
    {
        ArgumentNullException.ThrowIfNull(node);
        Note($"{node.Name} has {freeBytes} bytes free");
        node.Disk.CapacityBytes = freeBytes == long.MaxValue ? long.MaxValue : node.Disk.UsedBytes + freeBytes;
    }

    /// <summary>Replaces the disk of a stopped node by an empty one.</summary>
    /// <param name="node">The node.</param>
    public void Wipe(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.IsRunning) throw new InvalidOperationException($"{node.Name} runs; crash it first");
        Note($"wipe {node.Name}");
        node.WipeDisk();
        Reached.Wipes++;
    }

    /// <summary>A client of a node sets a key.</summary>
    /// <param name="node">The node it asks.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="patienceSeconds">Virtual seconds that it waits.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest Put(SimulatedNode node, string key, string value, double patienceSeconds = 5) =>
        Ask(node, RequestKind.Command, Consistency.Linearizable, StoredText.Put(key, value), patienceSeconds);

    /// <summary>A client of a node removes a key.</summary>
    /// <param name="node">The node it asks.</param>
    /// <param name="key">The key.</param>
    /// <param name="patienceSeconds">Virtual seconds that it waits.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest Delete(SimulatedNode node, string key, double patienceSeconds = 5) =>
        Ask(node, RequestKind.Command, Consistency.Linearizable, StoredText.Delete(key), patienceSeconds);

    /// <summary>A client of a node sets a key if it has the expected value.</summary>
    /// <param name="node">The node it asks.</param>
    /// <param name="key">The key.</param>
    /// <param name="expected">The value it must have; null for no key.</param>
    /// <param name="value">The new value.</param>
    /// <param name="patienceSeconds">Virtual seconds that it waits.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest CompareAndSet(SimulatedNode node, string key, string? expected, string value, double patienceSeconds = 5) =>
        Ask(node, RequestKind.Command, Consistency.Linearizable, StoredText.CompareAndSet(key, expected, value), patienceSeconds);

    /// <summary>A client of a node enqueues a command for a processor.</summary>
    /// <param name="node">The node it asks.</param>
    /// <param name="processor">The processor's name.</param>
    /// <param name="payload">What its handler gets.</param>
    /// <param name="patienceSeconds">Virtual seconds that it waits.</param>
    /// <returns>The request, whose answer comes while the cluster runs: its result bears what the handler returned.</returns>
    public SimulatedRequest Enqueue(SimulatedNode node, string processor, Bytes payload, double patienceSeconds = 5) =>
        Ask(node, RequestKind.Command, Consistency.Linearizable, ProcessFields.Encode(processor, payload.Span), patienceSeconds);

    /// <summary>A client of a node compacts the store's history.</summary>
    /// <param name="node">The node it asks.</param>
    /// <param name="revision">The oldest revision that stays readable.</param>
    /// <param name="patienceSeconds">Virtual seconds that it waits.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest Compact(SimulatedNode node, long revision, double patienceSeconds = 5) =>
        Ask(node, RequestKind.Command, Consistency.Linearizable, StoredText.Compact(revision), patienceSeconds);

    /// <summary>A client of a node asks for a key.</summary>
    /// <param name="node">The node it asks.</param>
    /// <param name="key">The key.</param>
    /// <param name="consistency">How fresh the answer must be.</param>
    /// <param name="patienceSeconds">Virtual seconds that it waits.</param>
    /// <returns>The request, whose answer comes while the cluster runs.</returns>
    public SimulatedRequest Get(
        SimulatedNode node, string key, Consistency consistency = Consistency.Linearizable, double patienceSeconds = 5) =>
        Ask(node, RequestKind.Query, consistency, StoredText.Get(key), patienceSeconds);

    /// <summary>Each node's role, term, log and applied index, a line a node.</summary>
    /// <returns>The text.</returns>
    public string Describe() => string.Join('\n', _nodes.Select(node => node.Alone is { } alone ? $"{Describe(alone)}, gone alone" : Describe(node)));

    /// <summary>Connections to nodes that are gone close: their clients learn that the outcome is unknown.</summary>
    internal void LoseConnections()
    {
        _requests.RemoveAll(request => request.IsEnded);
        foreach (var request in _requests.ToArray()) request.ConnectionLost();
    }

    /// <summary>Notes a fault, or its end, in the trace.</summary>
    internal void Note(FormattableString what) => _simulation.Trace.Add(Now, TraceKind.Fault, FormattableString.Invariant(what));

    private static string Describe(SimulatedNode node) => node.IsRunning
        ? $"{node.Name} {node.Role} term {node.Term} log {node.Core.Log.LastIndex} commit {node.CommitIndex} applied {node.AppliedIndex} proven {node.IsProven}"
        : $"{node.Name} stopped {node.Failure?.Message}";

    private long LatestRevision => _nodes.Where(node => node.IsRunning).Select(node => node.Revision).DefaultIfEmpty().Max();

    private SimulatedRequest Ask(SimulatedNode node, RequestKind kind, Consistency consistency, ReadOnlyMemory<byte> payload, double patienceSeconds)
    {
        ArgumentNullException.ThrowIfNull(node);

        // What a node has applied is committed: a linearizable answer that begins later includes it, whoever gives it.
        // A node that went on alone answers for itself.
        var latest = node.Home is null ? LatestRevision : node.IsRunning ? node.Revision : 0;
        var request = new SimulatedRequest(node, payload, consistency == Consistency.Linearizable ? latest : 0);
        _requests.Add(request);
        if (node.IsRunning) node.Actors!.Take(new(kind, consistency, payload, TimeSpan.FromSeconds(patienceSeconds), request.ReplyTo));
        return request;
    }
}
