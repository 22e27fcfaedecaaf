using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>A cluster under the commands of a trace; this file holds its state and carries out what several commands need.</summary>
internal sealed partial class TraceWorld
{
    private const int MostRounds = 1000;

    private readonly TraceNodes _nodes = new();
    private readonly TraceReport _report = new();
    private readonly TraceText _text;
    private readonly HashSet<MemberId> _isolated = [];
    private readonly HashSet<MemberId> _manualDisks = [];
    private readonly SortedDictionary<MemberId, Queue<Persisted>> _unread = [];
    private CoreCluster? _cluster;
    private TraceObserver? _observer;
    private long _lastRequestId;

    public TraceWorld() => _text = new(_nodes.NameOf, () => _nodes.Founders);

    /// <summary>The cluster starts with the first command that needs it: then all nodes are named.</summary>
    private CoreCluster Cluster => _cluster ??= Start();

    private TraceObserver Observer => _observer!;

    private IEnumerable<CoreNode> Up => Cluster.Nodes.Where(n => n.IsUp);

    public IReadOnlyList<string> Run(TraceCommand command)
    {
        if (!Commands.TryGetValue(command.Name, out var entry))
            throw new TraceException($"unknown command '{command.Name}'; the commands are: {string.Join(' ', Commands.Keys)}");
        _report.IsQuiet = command.Flag("quiet");
        entry.Run(this, command);
        command.End();
        return _report.Take();
    }

    private CoreCluster Start()
    {
        if (_nodes.Count == 0) throw new TraceException("there are no nodes; begin with 'add-nodes'");
        var cluster = CoreCluster.From(_nodes.Count, _nodes.DurableOf, options => options with { AppendSizeBytes = _nodes.AppendBytes, TrailingEntries = _nodes.Trailing });
        _observer = new(cluster, _report, _text, _nodes.NameOf) { IsDiskManual = node => _manualDisks.Contains(node.Id) };
        return cluster;
    }

    private string Name(CoreNode node) => _nodes.NameOf(node.Id);

    private CoreNode NodeOf(string name)
    {
        var cluster = Cluster;
        return cluster[_nodes.NumberOf(name)];
    }

    private CoreNode NextNode(TraceCommand command) => NodeOf(command.Next("a node"));

    private CoreNode NextLiveNode(TraceCommand command)
    {
        var node = NextNode(command);
        return node.IsUp ? node : throw new TraceException($"{Name(node)} is down; 'restart {Name(node)}' first");
    }

    /// <summary>The node that is named, or else all.</summary>
    private IReadOnlyList<CoreNode> NodesOf(TraceCommand command) => command.TryNext() is { } name ? [NodeOf(name)] : Cluster.Nodes;

    /// <summary>One turn, and the disk's work after it, unless that disk is driven by hand.</summary>
    private void Turn(CoreNode node, RaftInput input)
    {
        node.Turn(input);
        FinishTurn(node);
    }

    private void FinishTurn(CoreNode node)
    {
        if (_manualDisks.Contains(node.Id)) return;
        if (node.Installing is not null) node.Install();
        while (node.Disk.Count > 0) node.Turn(Write(node));
    }

    /// <summary>The oldest work of a disk is durable, and what rode on it leaves.</summary>
    private Persisted Write(CoreNode node)
    {
        var done = node.WriteOne();
        Observer.ReportSent();
        return done;
    }

    /// <summary>The disk's work by hand: acknowledgements that the core has not read first, then the queue.</summary>
    private bool FinishDisk(CoreNode node)
    {
        var isWorking = false;
        while (Acknowledge(node)) isWorking = true;
        if (node.Installing is { } installing)
        {
            isWorking = true;
            _report.Cause($"{Name(node)}: the snapshot up to {installing.Mark.Index}:{installing.Mark.Term} is durable and in force");
            node.Install();
        }

        while (node.Disk.TryPeekSequence(out var sequence))
        {
            isWorking = true;
            _report.Cause($"{Name(node)}: disk #{sequence} is durable");
            node.Turn(Write(node));
        }

        return isWorking;
    }

    private bool Acknowledge(CoreNode node)
    {
        if (!_unread.TryGetValue(node.Id, out var queue) || !queue.TryDequeue(out var done)) return false;
        _report.Cause($"{Name(node)} hears its disk: #{done.Sequence} is durable");
        node.Turn(done);
        return true;
    }

    private int Deliver(Func<RaftMessage, bool> which)
    {
        var batch = Cluster.Network.Where(which).ToList();
        foreach (var message in batch)
        {
            Cluster.Network.Remove(message);
            Deliver(message);
        }

        return batch.Count;
    }

    private void Deliver(RaftMessage message)
    {
        var node = Cluster[(int)message.To.Value];
        if (!node.IsUp || _isolated.Contains(message.From) || _isolated.Contains(message.To) || IsForeign(message))
        {
            Lose(message);
            return;
        }

        _report.Cause($"{Name(node)} hears {_nodes.NameOf(message.From)}: {_text.Message(message)}");
        Turn(node, new Received(message));
    }

    private void Lose(RaftMessage message) =>
        _report.Cause(
            $"lost from {_nodes.NameOf(message.From)} to {_nodes.NameOf(message.To)}{(IsForeign(message) ? ", another cluster" : "")}: {_text.Message(message)}");

    private void Stabilize(Func<RaftMessage, bool> which)
    {
        for (var round = 0; round < MostRounds; round++)
        {
            var isWorking = false;
            foreach (var node in Up) isWorking |= FinishDisk(node);
            var hasArrived = DeliverSnapshots(transfer => which(transfer.AsMessage()));
            if (Deliver(which) == 0 && !isWorking && !hasArrived) return;
        }

        throw new TraceException($"the cluster does not come to rest within {MostRounds} rounds");
    }

    /// <summary>Time passes for some nodes in ticks; after each, <paramref name="then"/> says whether to go on.</summary>
    private void Pass(TimeSpan time, IReadOnlyList<CoreNode> nodes, Func<bool>? then = null)
    {
        var begin = Cluster.Now;
        while (Cluster.Now < begin + time)
        {
            Cluster.Now += CoreCluster.TickTime;
            foreach (var node in nodes.Where(n => n.IsUp))
            {
                _report.CauseOfEffects($"{Name(node)} after {(Cluster.Now - begin).TotalMilliseconds:0}ms");
                Turn(node, Core.Raft.Tick.Instance);
            }

            if (then is not null && !then()) return;
        }
    }
}

/// <summary>What a trace asks of a disk's queue.</summary>
internal static class DiskQueue
{
    public static bool TryPeekSequence(this IReadOnlyCollection<Persist> disk, out long sequence)
    {
        sequence = disk.FirstOrDefault()?.Sequence ?? 0;
        return disk.Count > 0;
    }
}
