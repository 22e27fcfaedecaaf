using System.Collections.Immutable;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>Cores stepped by hand: messages lie in <see cref="Network"/> until the test delivers or drops them; time stands until it is advanced.</summary>
internal sealed class CoreCluster
{
    public static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(300);
    public static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan TickTime = TimeSpan.FromMilliseconds(10);

    private readonly List<CoreNode> _nodes;
    private readonly HashSet<MemberId> _isolated = [];
    private readonly Func<RaftOptions, RaftOptions> _configure;

    private CoreCluster(int members, Func<int, DurableState> durable, Func<RaftOptions, RaftOptions>? configure)
    {
        Members = [.. Enumerable.Range(1, members).Select(Id)];
        _configure = configure ?? (options => options);
        _nodes = [.. Enumerable.Range(1, members).Select(n => new CoreNode(this, OptionsOf(n, IncarnationOf(n)), durable(n), []))];
    }

    public ImmutableArray<MemberId> Members { get; }

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(1000);

    public List<RaftMessage> Network { get; } = [];

    /// <summary>Snapshots on their way.</summary>
    public List<SnapshotTransfer> Transfers { get; } = [];

    public IReadOnlyList<CoreNode> Nodes => _nodes;

    public CoreNode this[int number] => _nodes[number - 1];

    /// <summary>Called at the end of each turn of each node: what a property watches.</summary>
    public Action<CoreNode>? Watch { get; set; }

    /// <summary>Called for each message that leaves a node.</summary>
    public Action<CoreNode, RaftMessage>? WatchSent { get; set; }

    /// <summary>Called once a node is what a snapshot says, before its core is told.</summary>
    public Action<CoreNode>? WatchInstalled { get; set; }

    /// <summary>Called for each entry that is handed to a state machine.</summary>
    public Action<CoreNode, Entry>? WatchApplied { get; set; }

    public static MemberId Id(int number) => new((ulong)number);

    public static ulong IncarnationOf(int number) => (ulong)number * 1000;

    /// <summary>A founded cluster: every member is proven and bound to its first data directory.</summary>
    public static CoreCluster Of(int members, Func<RaftOptions, RaftOptions>? configure = null) => Of(members, _ => [], configure: configure);

    /// <summary>A founded cluster whose members hold logs of these terms.</summary>
    public static CoreCluster Of(
        int members, Func<int, long[]> logTerms, Func<int, long>? term = null, Func<RaftOptions, RaftOptions>? configure = null) =>
        new(members, n => Founded(members, term?.Invoke(n) ?? logTerms(n).Append(0).Max(), logTerms(n)), configure);

    /// <summary>A cluster that never ran.</summary>
    public static CoreCluster Fresh(int members, Func<RaftOptions, RaftOptions>? configure = null) => new(members, _ => DurableState.Empty, configure);

    /// <summary>A cluster whose members find on their disks what is given.</summary>
    public static CoreCluster From(int members, Func<int, DurableState> durable, Func<RaftOptions, RaftOptions>? configure = null) =>
        new(members, durable, configure);

    public static ImmutableArray<Member> View(int members) => [.. Enumerable.Range(1, members).Select(n => new Member(Id(n), IncarnationOf(n)))];

    public static DurableState Founded(int members, long term, params long[] logTerms) =>
        new(new(term, MemberId.None, true, View(members)), Logs.Of(logTerms));

    public CoreNode Replace(
        CoreNode old, DurableState durable, ulong incarnation, IReadOnlyList<Entry>? content = null, bool foundsNothing = false)
    {
        old.IsUp = false;
        var number = (int)old.Id.Value;
        var options = OptionsOf(number, incarnation);
        return _nodes[number - 1] = new(this, options with { IsJoining = options.IsJoining || foundsNothing }, durable, content ?? []);
    }

    /// <summary>A node that is none of the first members starts with an empty disk: it joins.</summary>
    public CoreNode Join()
    {
        var number = _nodes.Count + 1;
        _nodes.Add(new(this, OptionsOf(number, IncarnationOf(number)), DurableState.Empty, []));
        return _nodes[^1];
    }

    /// <summary>A newcomer as a change names it.</summary>
    public static Newcomer NewcomerOf(int number) => new(Id(number), new($"n{number}", $"n{number}:7101", $"n{number}:2379"));

    public void Send(CoreNode node, IEnumerable<RaftMessage> messages)
    {
        foreach (var message in messages)
        {
            WatchSent?.Invoke(node, message);
            Network.Add(message);
        }
    }

    public void TurnEnded(CoreNode node) => Watch?.Invoke(node);

    public IEnumerable<T> Sent<T>(Func<T, bool>? where = null) where T : RaftMessage =>
        Network.OfType<T>().Where(m => where?.Invoke(m) ?? true);

    public void Isolate(CoreNode node) => _isolated.Add(node.Id);

    public void Rejoin(CoreNode node) => _isolated.Remove(node.Id);

    /// <summary>Loses what lies in the network and satisfies <paramref name="which"/>.</summary>
    public int Drop(Func<RaftMessage, bool>? which = null) => Network.RemoveAll(m => which?.Invoke(m) ?? true);

    /// <summary>Delivers what lies in the network now and satisfies <paramref name="which"/>, each message a turn; what is sent meanwhile stays.</summary>
    public int Deliver(Func<RaftMessage, bool>? which = null)
    {
        var batch = Network.Where(m => which?.Invoke(m) ?? true).ToList();
        foreach (var message in batch)
        {
            Network.Remove(message);
            DeliverOne(message);
        }

        return batch.Count;
    }

    /// <summary>Delivers the snapshots that are on their way now, and tells their senders what became of them.</summary>
    public int DeliverSnapshots()
    {
        var batch = Transfers.ToList();
        Transfers.Clear();
        foreach (var transfer in batch) DeliverOne(transfer);
        return batch.Count;
    }

    public void DeliverOne(SnapshotTransfer transfer)
    {
        var isLost = _isolated.Contains(transfer.From.Id) || _isolated.Contains(transfer.To) || !this[(int)transfer.To.Value].IsUp;
        if (!isLost) this[(int)transfer.To.Value].Hear(transfer);
        if (!transfer.From.IsUp) return;
        transfer.From.Turn(isLost ? new SnapshotFailed(transfer.To) : new SnapshotSent(transfer.To, transfer.Mark));
    }

    public void DeliverOne(RaftMessage message)
    {
        if (_isolated.Contains(message.From) || _isolated.Contains(message.To) || message.To.Value > (ulong)_nodes.Count) return;
        var node = this[(int)message.To.Value];
        if (node.IsUp) node.Hear(message);
    }

    /// <summary>Delivers and syncs until nothing moves, without passing time.</summary>
    public void Settle()
    {
        for (var round = 0; round < 1000; round++)
        {
            foreach (var node in _nodes.Where(n => n.IsUp)) node.Sync();
            var arrived = DeliverSnapshots();
            foreach (var node in _nodes.Where(n => n.IsUp && n.Installing is not null)) node.Install();
            if (Deliver() + arrived == 0 && _nodes.All(n => n.Disk.Count == 0 || !n.IsUp)) return;
        }

        throw new InvalidOperationException("the cluster does not come to rest");
    }

    /// <summary>Time passes in ticks, and messages and disks keep pace.</summary>
    public void Run(TimeSpan time) => RunUntil(() => false, time, isRequired: false);

    public void RunUntil(Func<bool> holds, TimeSpan? limit = null, bool isRequired = true)
    {
        var end = Now + (limit ?? TimeSpan.FromSeconds(20));
        while (Now < end)
        {
            if (holds()) return;
            Now += TickTime;
            foreach (var node in _nodes.Where(n => n.IsUp).ToList()) node.Tick();
            Settle();
        }

        if (isRequired) throw new InvalidOperationException($"the state waited for was not reached:\n{string.Join('\n', _nodes)}");
    }

    /// <summary>Time passes for these nodes only; nothing is delivered and no disk works.</summary>
    public void Pass(TimeSpan time, params CoreNode[] nodes)
    {
        for (var end = Now + time; Now < end;)
        {
            Now += TickTime;
            foreach (var node in nodes) node.Tick();
        }
    }

    /// <summary>Time passes for one node until its election deadline; what it sends then lies in the network.</summary>
    public void PassDeadline(CoreNode node)
    {
        var changes = node.RoleChanges.Count;
        for (var ticks = 0; ticks < 200; ticks++)
        {
            Pass(TickTime, node);
            if (node.RoleChanges.Skip(changes).Any(c => c.Cause == RoleCause.LeaderSilent)) return;
        }

        throw new InvalidOperationException($"{node.Id} does not campaign");
    }

    /// <summary>Makes a node the leader: its deadline passes first, and all answer.</summary>
    public CoreNode Elect(int number)
    {
        var node = this[number];
        PassDeadline(node);
        Settle();
        node.Role.ShouldBe(Role.Leader);
        return node;
    }

    private RaftOptions OptionsOf(int number, ulong incarnation) => _configure(new()
    {
        Self = Id(number),
        Incarnation = incarnation,
        Members = number <= Members.Length ? Members : [],
        IsJoining = number > Members.Length,
        Contact = number > Members.Length ? NewcomerOf(number).Contact : MemberContact.Unknown,
        Heartbeat = Heartbeat,
        ElectionTimeout = Timeout,
        Seed = (ulong)number * 7919,
    });
}
