using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>The four actors of one node, started on a host. The same on every host.</summary>
internal sealed class NodeActors : IPeerInbox
{
    /// <summary>Ticks a heartbeat: fine enough for its deadlines, coarse enough to idle.</summary>
    private const int TicksPerHeartbeat = 5;

    private readonly NodeContext _context;
    private readonly IDisposable _timer;

    private NodeActors(NodeContext context, NodeView view, IDisposable timer)
    {
        _context = context;
        _timer = timer;
        View = view;
    }

    /// <summary>What the node knows of itself.</summary>
    public NodeView View { get; }

    /// <summary>The core, for those who watch it from the host's own thread (the simulator).</summary>
    public required RaftCore Core { get; init; }

    /// <summary>Starts the actors.</summary>
    public static NodeActors Start(IActorHost host, NodeSetup setup)
    {
        var context = new NodeContext(host, setup.IsDiskNearlyFull);
        var view = new NodeView(setup.ClusterId, setup.Self, setup.Members);
        if (setup.RoleChanged is { } hear) view.RoleChanged += hear;
        var core = new RaftCore(setup.ToRaftOptions(), setup.Durable, context.Now);
        var turn = setup.Limits.TurnMessages;
        var roles = new RoleLog(setup.Logger, setup.Self.Name, view.NameOf);
        var (limits, members) = (setup.Limits, setup.Members.Count);
        var pending = new PendingRequests((long)limits.PendingRequests * members, limits.PendingSizeBytes * members, setup.Seed);
        context.Node = host.Start("node", new NodeActor(context, setup.Self.Id, setup.Transport, host, view, roles, pending), turn);
        context.Storage = host.Start("storage", new StorageActor(setup.Log, setup.Machine, host.StartDiskLane(), context), turn);
        context.Election = host.Start("election", new ElectionActor(
            core, context, new(setup.Logger, setup.Self.Name, view.NameOf), new(setup.Logger, setup.Self.Name, view.NameOf)), turn);
        context.Clock = host.Start("clock", new ClockActor(context), turn);
        var timer = host.Every(setup.Election.Heartbeat / TicksPerHeartbeat, () => context.Clock.Tell(ClockMessage.Ring));
        return new(context, view, timer) { Core = core };
    }

    /// <inheritdoc/>
    public void Deliver(MemberId from, PeerMessage message, IInboundCredit credit) =>
        _context.Node.Tell(new FromPeer(from, message, credit));

    /// <inheritdoc/>
    public void ConnectionLost(MemberId peer) => _context.Node.Tell(new PeerLost(peer));

    /// <summary>Takes a request of a client; its answer goes to its <see cref="IReplyTo"/>.</summary>
    public void Take(Request request) => _context.Node.Tell(new ClientRequest(request));

    /// <summary>A client does not wait for its request any more.</summary>
    public void Forget(Request request) => _context.Node.Tell(new ClientGone(request));

    /// <summary>Asks the node to hand its leadership over, if it leads.</summary>
    public void HandOver() => _context.Node.Tell(HandOverLeadership.Instance);

    /// <summary>Ends every request that waits and takes none any more.</summary>
    public void StopNode(Action stopped)
    {
        _timer.Dispose();
        _context.Node.Tell(new StopNode(stopped));
    }

    /// <summary>Writes what waits for the disk and closes the log cleanly.</summary>
    public void StopStorage(Action stopped) => _context.Storage.Tell(new StopStorage(stopped));
}
