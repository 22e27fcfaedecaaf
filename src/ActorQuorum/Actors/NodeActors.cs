using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>The five actors of one node (four, and the SnapshotActor), started on a host. The same on every host.</summary>
internal sealed class NodeActors : IPeerInbox
{
    /// <summary>Ticks a heartbeat: fine enough for its deadlines, coarse enough to idle, as each wakes some threads.</summary>
    private const int TicksPerHeartbeat = 2;

    /// <summary>The numbers of questions stay below what the wire bears, with room to count.</summary>
    private const int UnusedNumberBits = 4;

    private readonly NodeContext _context;
    private readonly IPeerTransport _transport;
    private readonly IDisposable _timer;

    private NodeActors(NodeContext context, NodeView view, IPeerTransport transport, IDisposable timer)
    {
        _context = context;
        _transport = transport;
        _timer = timer;
        View = view;
    }

    /// <summary>What the node knows of itself.</summary>
    public NodeView View { get; }

    /// <summary>The core, for those who watch it from the host's own thread (the simulator).</summary>
    public required RaftCore Core { get; init; }

    /// <summary>How many requests are taken and not yet answered, at about this moment.</summary>
    public int PendingRequests => Pending.Count;

    /// <summary>How many of them wait for a leader, at about this moment.</summary>
    public int WaitingRequests => Pending.WaitingCount;

    /// <summary>What waits in each actor's mailbox, at about this moment; null where the host does not count.</summary>
    public IEnumerable<(string Actor, int? Waiting)> Mailboxes =>
    [
        ("node", _context.Node.Waiting), ("clock", _context.Clock.Waiting),
        ("election", _context.Election.Waiting), ("storage", _context.Storage.Waiting), ("snapshots", _context.Snapshots.Waiting),
    ];

    /// <summary>The NodeActor's; others may only ask how many there are.</summary>
    private PendingRequests Pending { get; init; } = null!;

    /// <summary>How the connection to a member is, at about this moment.</summary>
    public PeerConnection Look(MemberId peer) => _transport.Look(peer);

    /// <summary>Starts the actors.</summary>
    public static NodeActors Start(IActorHost host, NodeSetup setup)
    {
        var context = new NodeContext(host, setup.IsDiskNearlyFull);
        var view = new NodeView(setup.ClusterId, setup.Self, setup.Members);
        if (setup.RoleChanged is { } hear) view.RoleChanged += hear;
        if (setup.Durable.Snapshot.Index > 0) view.Revision = setup.Machine.Revision;
        if (setup.Roles is { } scripts) view.RoleChanged += change => scripts.Hear(view.StandingAt(change));
        var core = new RaftCore(setup.ToRaftOptions(), setup.Durable, context.Now);
        view.Core = CoreStatus.Of(core);
        var turn = setup.Limits.TurnMessages;
        var electionLogger = setup.ElectionLogger ?? setup.Logger;
        var roles = new RoleLog(electionLogger, setup.Self.Name, view.NameOf);
        var (limits, members) = (setup.Limits, setup.Members.Count);
        var tally = setup.Tally;
        foreach (var peer in setup.Members.Where(member => member.Id != setup.Self.Id)) tally.AddPeer(peer.Id, peer.Name);
        var pending = new PendingRequests((long)limits.PendingRequests * members, limits.PendingSizeBytes * members, setup.Seed);
        context.Node = host.Start("node", new NodeActor(context, setup.Self.Id, setup.Transport, view, roles, pending, tally)
        {
            Objection = setup.Machine.Objection, Census = CensusOf(setup, view),
        }, turn);
        context.Storage = host.Start("storage", new StorageActor(
            setup.Log, setup.Machine, host.StartDiskLane("disk"), context, tally,
            snapshots: new(setup.Snapshot, setup.Durable.Snapshot, setup.Snapshots is not null)), turn);
        context.Snapshots = host.Start("snapshots", new SnapshotActor(
            setup.Snapshots, host.StartDiskLane("snapshot-disk"), context, setup.Transport, setup.Snapshot,
            new(setup.ClusterId, setup.Self.Name, setup.Machine, view.NameOf, host.Time, setup.ReserveBytes), setup.StorageLogger ?? setup.Logger), turn);
        context.Election = host.Start("election", new ElectionActor(new RaftElection(
            core, context, new(electionLogger, setup.Self.Name, view.NameOf), new(electionLogger, setup.Self.Name, view.NameOf)), context), turn);
        context.Clock = host.Start("clock", new ClockActor(context), turn);
        var timer = host.Every(setup.Election.Heartbeat / TicksPerHeartbeat, () => context.Clock.Tell(ClockMessage.Ring));
        return new(context, view, setup.Transport, timer) { Core = core, Pending = pending };
    }

    private static ProcessorCensus CensusOf(NodeSetup setup, NodeView view) => new(
        setup.Machine.Processors, setup.Election.Timeout, (to, number) => setup.Transport.Send(to, new ProcessorsWanted(number)),
        (long)(setup.Seed >> UnusedNumberBits), new(setup.Logger, setup.Self.Name, view.NameOf));

    /// <inheritdoc/>
    public void Deliver(MemberId from, PeerMessage message, IInboundCredit credit) =>
        _context.Node.Tell(new FromPeer(from, message, credit));

    /// <inheritdoc/>
    public void ConnectionLost(MemberId peer) => _context.Node.Tell(new PeerLost(peer));

    /// <inheritdoc/>
    public void Called(MemberId caller, PeerAddress address) => _context.Node.Tell(new CallerLetIn(caller, address));

    /// <summary>Takes a request of a client; its answer goes to its <see cref="IReplyTo"/>.</summary>
    public void Take(Request request) => _context.Node.Tell(new ClientRequest(request));

    /// <summary>A client does not wait for its request any more.</summary>
    public void Forget(Request request) => _context.Node.Tell(new ClientGone(request));

    /// <summary>Looks into the node; the answer comes on the StorageActor's turn, or never if the node stops meanwhile.</summary>
    public void Inspect(Action<NodeInspection> answer) => new Inspection(_context, View, _transport, answer).Begin();

    /// <summary>Asks the node to hand its leadership over, if it leads.</summary>
    public void HandOver() => _context.Node.Tell(HandOverLeadership.Instance);

    /// <summary>Ends every request that waits and takes none any more.</summary>
    /// <param name="farewell">What those are told who asked.</param>
    /// <param name="stopped">Hears when it is done.</param>
    public void StopNode(Farewell farewell, Action stopped)
    {
        _timer.Dispose();
        _context.Node.Tell(new StopNode(stopped, farewell));
    }

    /// <summary>Takes a fresh snapshot for somebody to take away.</summary>
    public void Export(ExportRequest request) => _context.Snapshots.Tell(new ExportSnapshot(request));

    /// <summary>Somebody does not wait for a snapshot any more.</summary>
    public void Forget(ExportRequest request) => _context.Snapshots.Tell(new ForgetExport(request));

    /// <summary>Writes what waits for the disk and closes the log cleanly.</summary>
    public void StopStorage(Action stopped) => _context.Storage.Tell(new StopStorage(stopped));
}
