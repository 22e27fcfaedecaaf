using System.Text;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <content>The commands, one a method. docs/traces.md describes them; a test compares the two.</content>
internal sealed partial class TraceWorld
{
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(60);

    /// <summary>Every command by its name: what it takes, and what it does.</summary>
    public static SortedDictionary<string, (string Usage, Action<TraceWorld, TraceCommand> Run)> Commands { get; } =
        new(StringComparer.Ordinal)
    {
        ["add-nodes"] = ("COUNT|NAME... [log=(RUN...)] [term=TERM] [append-bytes=N] [trailing=N] [fresh]", (w, c) => w.AddNodes(c)),
        ["disk"] = ("[NODE] auto|manual", (w, c) => w.Disk(c)),
        ["persist"] = ("NODE", (w, c) => w.Persist(c)),
        ["write"] = ("NODE", (w, c) => w.Write(c)),
        ["acknowledge"] = ("NODE", (w, c) => w.Acknowledge(c)),
        ["deliver"] = ("[from=NODE] [to=NODE] [kind=WORDS]", (w, c) => w.Deliver(w.Which(c))),
        ["drop"] = ("[from=NODE] [to=NODE] [kind=WORDS]", (w, c) => w.Drop(c)),
        ["isolate"] = ("NODE", (w, c) => w.Isolate(c)),
        ["heal"] = ("[NODE]", (w, c) => w.Heal(c)),
        ["disconnect"] = ("NODE NODE", (w, c) => w.Disconnect(c)),
        ["stabilize"] = ("[NODE]", (w, c) => w.Stabilize(c)),
        ["tick"] = ("[NODE] TIME", (w, c) => w.Tick(c)),
        ["run"] = ("TIME", (w, c) => w.RunFor(c)),
        ["campaign"] = ("NODE", (w, c) => w.Campaign(c)),
        ["send-heartbeat"] = ("NODE", (w, c) => w.SendHeartbeat(c)),
        ["propose"] = ("NODE COMMAND", (w, c) => w.Propose(c)),
        ["read"] = ("NODE", (w, c) => w.Read(c)),
        ["hand-over"] = ("NODE", (w, c) => w.HandOver(c)),
        ["crash"] = ("NODE", (w, c) => w.Crash(c)),
        ["restart"] = ("NODE", (w, c) => w.Restart(c)),
        ["wipe"] = ("NODE", (w, c) => w.Wipe(c)),
        ["solo"] = ("NODE", (w, c) => w.Solo(c)),
        ["reset"] = ("NODE", (w, c) => w.Reset(c)),
        ["attach"] = ("NODE NEW... [patience=TIME]", (w, c) => w.Attach(c)),
        ["learn"] = ("NODE NEW...", (w, c) => w.Learn(c)),
        ["promote"] = ("NODE NODE...", (w, c) => w.Promote(c)),
        ["detach"] = ("NODE NODE...", (w, c) => w.Detach(c)),
        ["join"] = ("NEW", (w, c) => w.Join(c)),
        ["take-snapshot"] = ("NODE", (w, c) => w.TakeSnapshot(c)),
        ["deliver-snapshot"] = ("[from=NODE] [to=NODE]", (w, c) => w.DeliverSnapshot(c)),
        ["lose-snapshot"] = ("[from=NODE] [to=NODE]", (w, c) => w.LoseSnapshot(c)),
        ["status"] = ("[NODE]", (w, c) => w.Status(c)),
        ["log"] = ("[NODE]", (w, c) => w.Log(c)),
    };

    private void AddNodes(TraceCommand command)
    {
        if (_cluster is not null) throw new TraceException("all nodes are added before the first other command");
        foreach (var line in _nodes.Add(command)) _report.Line(line);
    }

    private void Disk(TraceCommand command)
    {
        var isManual = command.Flag("manual");
        if (isManual == command.Flag("auto")) throw new TraceException("'disk' needs 'auto' or 'manual'");
        foreach (var node in NodesOf(command))
        {
            _report.Cause($"the disk of {Name(node)} works {(isManual ? "when told to" : "by itself")}");
            if (isManual) _manualDisks.Add(node.Id);
            else if (_manualDisks.Remove(node.Id) && node.IsUp) FinishDisk(node);
        }
    }

    private void Persist(TraceCommand command) => FinishDisk(NextLiveNode(command));

    private void Write(TraceCommand command)
    {
        var node = NextLiveNode(command);
        if (!node.Disk.TryPeekSequence(out var sequence)) throw new TraceException($"the disk of {Name(node)} has nothing to do");
        _report.Cause($"{Name(node)}: disk #{sequence} is durable, not yet known to {Name(node)}");
        if (!_unread.TryGetValue(node.Id, out var queue)) _unread[node.Id] = queue = new();
        queue.Enqueue(Write(node));
    }

    private void Acknowledge(TraceCommand command)
    {
        var node = NextLiveNode(command);
        if (!Acknowledge(node)) throw new TraceException($"nothing that the disk of {Name(node)} wrote is unknown to it; 'write' first");
    }

    private Func<RaftMessage, bool> Which(TraceCommand command)
    {
        var from = command.Option("from") is { } sender ? NodeOf(sender).Id : MemberId.None;
        var to = command.Option("to") is { } receiver ? NodeOf(receiver).Id : MemberId.None;
        var kind = command.Option("kind")?.Trim('(', ')');
        if (kind is not null && !TraceText.Kinds.Contains(kind))
            throw new TraceException($"no message is of the kind '{kind}'; the kinds are: {string.Join(", ", TraceText.Kinds)}");
        return m => (from.IsNone || m.From == from) && (to.IsNone || m.To == to) && (kind is null || TraceText.Kind(m) == kind);
    }

    private void Drop(TraceCommand command)
    {
        var which = Which(command);
        foreach (var message in Cluster.Network.Where(which).ToList())
        {
            Cluster.Network.Remove(message);
            Lose(message);
        }
    }

    private void Isolate(TraceCommand command)
    {
        var node = NextNode(command);
        _isolated.Add(node.Id);
        _report.Cause($"{Name(node)} is cut off");
    }

    private void Heal(TraceCommand command)
    {
        foreach (var node in NodesOf(command))
            if (_isolated.Remove(node.Id)) _report.Cause($"{Name(node)} is connected again");
    }

    private void Disconnect(TraceCommand command)
    {
        var node = NextLiveNode(command);
        var peer = NextNode(command);
        foreach (var message in Cluster.Network.Where(m => m.From == node.Id && m.To == peer.Id).ToList())
        {
            Cluster.Network.Remove(message);
            Lose(message);
        }

        _report.Cause($"{Name(node)} lost its connection to {Name(peer)}");
        Turn(node, new Unreachable(peer.Id));
    }

    private void Stabilize(TraceCommand command)
    {
        if (command.TryNext() is not { } name)
        {
            Stabilize(_ => true);
            return;
        }

        var id = NodeOf(name).Id;
        Stabilize(m => m.From == id || m.To == id);
    }

    private void Tick(TraceCommand command)
    {
        var word = command.Next("a time");
        if (command.TryNext() is { } time) Pass(Time(time), [NodeOf(word)]);
        else Pass(Time(word), Cluster.Nodes);
    }

    private void RunFor(TraceCommand command)
    {
        _report.IsQuiet = true;
        Pass(Time(command.Next("a time")), Cluster.Nodes, () =>
        {
            Stabilize(_ => true);
            return true;
        });
    }

    private void Campaign(TraceCommand command)
    {
        var node = NextLiveNode(command);
        if (node.Role == Role.Leader) throw new TraceException($"{Name(node)} leads: it has no election deadline");
        var before = node.RoleChanges.Count;
        _report.Cause($"{Name(node)} waits until its election deadline");
        bool IsWaiting() => !node.RoleChanges.Skip(before).Any(c => c.Cause == RoleCause.LeaderSilent);
        PassSilently(CoreCluster.Timeout * 4, node, IsWaiting);
    }

    private void SendHeartbeat(TraceCommand command)
    {
        var node = NextLiveNode(command);
        if (node.Role != Role.Leader) throw new TraceException($"{Name(node)} does not lead: only a leader sends heartbeats");
        bool IsWaiting() => !Cluster.Network.Any(m => m is Heartbeat && m.From == node.Id);
        Cluster.Network.RemoveAll(m => m is Heartbeat && m.From == node.Id);
        _report.Cause($"{Name(node)} waits until its heartbeat is due");
        PassSilently(CoreCluster.Heartbeat * 2, node, IsWaiting);
    }

    private void Propose(TraceCommand command)
    {
        var node = NextLiveNode(command);
        var payload = command.Next("a command");
        var id = ++_lastRequestId;
        _report.Cause($"{Name(node)} is asked for {payload}: request {id}");
        Turn(node, new Propose(id, Encoding.UTF8.GetBytes(payload)));
    }

    private void Read(TraceCommand command)
    {
        var node = NextLiveNode(command);
        var id = ++_lastRequestId;
        _report.Cause($"{Name(node)} is asked to read: request {id}");
        Turn(node, new Read(id));
    }

    private void HandOver(TraceCommand command)
    {
        var node = NextLiveNode(command);
        _report.Cause($"{Name(node)} is asked to hand over");
        Turn(node, Core.Raft.HandOver.Instance);
    }

    private void Crash(TraceCommand command)
    {
        var node = NextLiveNode(command);
        node.IsUp = false;
        _unread.Remove(node.Id);
        _report.Cause($"{Name(node)} is down");
        foreach (var persist in node.Disk)
        {
            _report.Detail($"loses disk #{persist.Sequence}: {Observer.Work(node, persist)}");
            foreach (var message in persist.OnceDurable)
                _report.Detail($"  never sends {_nodes.NameOf(message.To)}: {_text.Message(message)}");
        }
    }

    private void Restart(TraceCommand command)
    {
        var node = NextNode(command);
        DemandDown(node);
        node = node.Restart();
        _report.Cause($"{Name(node)} finds term={node.Term} vote={_text.Vote(node.Core.Vote)} {TraceText.Log(node.Snapshot, node.Entries)}");
    }

    private void Wipe(TraceCommand command)
    {
        var node = NextNode(command);
        DemandDown(node);
        var cluster = ClusterOf(node);
        node = node.Wipe();
        PutInto(node, cluster);
        var incarnation = node.Options.Incarnation;
        _report.Cause($"{Name(node)} finds an empty disk, incarnation {incarnation} instead of {incarnation - 1}");
    }

    private void Status(TraceCommand command)
    {
        foreach (var node in NodesOf(command)) _report.Line(StatusOf(node));
    }

    private string StatusOf(CoreNode node)
    {
        var (state, name) = (node.State, Name(node));
        var cluster = ClusterOf(node) is { IsNone: false } founder ? $" cluster-of={_nodes.NameOf(founder)}" : "";
        if (!node.IsUp) return $"{name} down{cluster}: term={state.Term} vote={_text.Vote(state.Vote)} {TraceText.Log(node.Snapshot, node.Entries)}";
        var core = node.Core;
        var flags = (core.IsProven ? "" : " unproven") + (_isolated.Contains(node.Id) ? " cut-off" : "") + cluster;
        return $"{name} {TraceText.Role(core.Role)}{flags}: term={core.Term} vote={_text.Vote(core.Vote)} leader={_text.Vote(core.Leader)} "
            + $"commit={core.CommitIndex} applied={core.AppliedIndex} durable={core.Log.DurableIndex} {TraceText.Log(node.Snapshot, node.LogEntries)}";
    }

    private void Log(TraceCommand command)
    {
        foreach (var node in NodesOf(command)) _report.Line($"{Name(node)}: {_text.Contents(node.IsUp ? node.LogEntries : node.Entries)}");
    }

    /// <summary>Time passes for one node until something happens; when, depends on the seed and is not told.</summary>
    private void PassSilently(TimeSpan most, CoreNode node, Func<bool> isWaiting)
    {
        for (var end = Cluster.Now + most; Cluster.Now < end && isWaiting();)
        {
            Cluster.Now += CoreCluster.TickTime;
            Turn(node, Core.Raft.Tick.Instance);
        }
    }

    private static TimeSpan Time(string word)
    {
        var time = word switch
        {
            [.. var number, 'm', 's'] => TimeSpan.FromMilliseconds(TraceNodes.Number(number, (long)MostTime.TotalMilliseconds)),
            [.. var number, 's'] => TimeSpan.FromSeconds(TraceNodes.Number(number, (long)MostTime.TotalSeconds)),
            _ => throw new TraceException($"'{word}' is no time such as 300ms or 2s"),
        };
        return time > TimeSpan.Zero && time.Ticks % CoreCluster.TickTime.Ticks == 0
            ? time
            : throw new TraceException($"time passes in ticks of {CoreCluster.TickTime.TotalMilliseconds}ms, so '{word}' cannot");
    }
}
