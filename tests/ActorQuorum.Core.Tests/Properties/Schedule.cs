using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Properties;

/// <summary>Runs a cluster by a list of numbers: each is one thing that happens to one node, one message or one disk.</summary>
internal sealed partial class Schedule
{
    private const int NetworkLimit = 80;

    // Mostly old messages would mostly be stale; a message overtakes no more than this many.
    private const int ReorderLimit = 12;

    // Two logs that stop to match stay so for a while; comparing all of them at each step is half the run.
    private const int StepsBetweenLogChecks = 8;

    private readonly CoreCluster _cluster;
    private readonly Dictionary<CoreNode, Queue<Persisted>> _untold = [];
    private readonly List<RaftMessage> _delivered = [];
    private long _requestId;
    private int _happened;

    public Schedule(CoreCluster cluster, bool changesMembers = false)
    {
        _cluster = cluster;
        _changesMembers = changesMembers;
        Invariants = new(cluster);
    }

    public Invariants Invariants { get; }

    public void Run(IEnumerable<int> happenings)
    {
        foreach (var number in happenings)
        {
            Happen(number % 1000, number / 1000);
            if (_cluster.Network.Count > NetworkLimit) _cluster.Network.RemoveRange(0, NetworkLimit / 2);
            if (++_happened % StepsBetweenLogChecks == 0) Invariants.LogsMatch();
            if (_changesMembers && _happened % StepsBetweenCalms == 0) Calm(number);
        }
    }

    /// <summary>Liveness: once the faults are over, somebody leads and all come to the same state.</summary>
    public void Heal()
    {
        EndFaults();
        _cluster.Run(TimeSpan.FromSeconds(3));
        _cluster.RunUntil(() => _cluster.Nodes.Count(n => n.Role == Role.Leader) == 1);
        _cluster.RunUntil(IsQuiet);
        var leader = _cluster.Nodes.Single(n => n.Role == Role.Leader);
        leader.Propose(++_requestId);
        _cluster.RunUntil(() => MembersOf(leader).All(n => n.Core.IsProven && n.Applied.Count == leader.Core.Log.LastIndex));
        Invariants.LogsMatch();
    }

    private void EndFaults()
    {
        RejoinAll();
        foreach (var node in _cluster.Nodes) TellAll(node);
    }

    private void Happen(int what, int which)
    {
        var node = _cluster.Nodes[which % _cluster.Nodes.Count];
        switch (what)
        {
            case < 60 when _changesMembers: ChangeOrCompact(what, which, node); break;
            case < 380: Deliver(which); break;
            case < 480: DeliverInOneTurn(node, which); break;
            case < 500: Take(which); break;
            case < 525: Repeat(which); break;
            case < 610: Pass([node]); break;
            case < 700: Pass([.. _cluster.Nodes]); break;
            case < 870: TellOrSync(node); break;
            case < 890: WriteOnly(node); break;
            case < 940: Leader().Propose(++_requestId); break;
            case < 970: Read(node.Role == Role.Leader ? node : Leader()); break;
            case < 976: node.Restart(); break;
            case < 979: Wipe(node); break;
            case < 983: node.Turn(HandOver.Instance); break;
            case < 989: node.Turn(new Unreachable(_cluster.Members[which / 7 % _cluster.Members.Length])); break;
            case < 993: _cluster.Isolate(node); break;
            default: RejoinAll(); break;
        }
    }

    private void Pass(CoreNode[] nodes)
    {
        _cluster.Now += TimeSpan.FromMilliseconds(25);
        foreach (var node in nodes) node.Tick();
    }

    private void Deliver(int which)
    {
        if (Take(which) is not { } message) return;
        _delivered.Add(message);
        _cluster.DeliverOne(message);
    }

    private RaftMessage? Take(int which)
    {
        if (_cluster.Network.Count == 0) return null;
        var at = which % Math.Min(_cluster.Network.Count, ReorderLimit);
        var message = _cluster.Network[at];
        _cluster.Network.RemoveAt(at);
        return message;
    }

    /// <summary>A message that was delivered before comes once more.</summary>
    private void Repeat(int which)
    {
        if (_delivered.Count > 0) _cluster.DeliverOne(_delivered[which % _delivered.Count]);
    }

    private void DeliverInOneTurn(CoreNode node, int which)
    {
        var messages = _cluster.Network.Where(m => m.To == node.Id).Take(1 + which % 5).ToList();
        foreach (var message in messages) _cluster.Network.Remove(message);
        node.Hear([.. messages]);
    }

    private void WriteOnly(CoreNode node)
    {
        if (node.Disk.Count == 0) return;
        if (!_untold.TryGetValue(node, out var untold)) _untold[node] = untold = new();
        untold.Enqueue(node.WriteOne());
    }

    private void TellOrSync(CoreNode node)
    {
        if (_untold.TryGetValue(node, out var untold) && untold.TryDequeue(out var done)) node.Turn(done);
        else if (node.Disk.Count > 0) node.SyncOne();
    }

    private void TellAll(CoreNode node)
    {
        if (!_untold.TryGetValue(node, out var untold)) return;
        while (untold.TryDequeue(out var done)) node.Turn(done);
    }

    private CoreNode Leader() => _cluster.Nodes.Where(n => n.Role == Role.Leader).MaxBy(n => n.Term) ?? _cluster.Nodes[0];

    private void Read(CoreNode node)
    {
        Invariants.ReadBegins(++_requestId);
        node.Read(_requestId);
    }

    /// <summary>At most one disk is lost at a time: what is lost with a majority is lost for good, and no protocol brings it back.</summary>
    private void Wipe(CoreNode node)
    {
        if (CanLose(node)) node.Wipe();
        else node.Restart();
    }

    private void RejoinAll()
    {
        foreach (var node in _cluster.Nodes) _cluster.Rejoin(node);
    }
}
