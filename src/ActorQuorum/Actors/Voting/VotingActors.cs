using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;
using ActorQuorum.Voting;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Actors;

/// <summary>The four actors of one node of the constant election, started on a host: the same actors as Raft's, on the same hosts.</summary>
internal sealed class VotingActors : IPeerInbox
{
    private readonly NodeContext _context;
    private readonly IDisposable _timer;

    private VotingActors(NodeContext context, VotingView view, IDisposable timer)
    {
        _context = context;
        _timer = timer;
        View = view;
    }

    /// <summary>What the node knows of itself.</summary>
    public VotingView View { get; }

    /// <summary>The core, for those who watch it from the host's own thread (the simulator).</summary>
    public required VotingCore Core { get; init; }

    /// <summary>Starts the actors. The transport and the discovery are started by the caller, with these as their inbox.</summary>
    public static VotingActors Start(IActorHost host, VotingSetup setup)
    {
        var context = new NodeContext(host, static () => false);
        var options = setup.Options.Checked();
        var core = new VotingCore(options, setup.Epochs.Kept, context.Now);
        var view = new VotingView(options.Self);
        var standings = new VotingScripts();
        if (setup.Roles is { } scripts) view.RoleChanged += change => scripts.Hear(standings.StandingAt(change));
        var rhythm = new AnnouncementRhythm(setup.FirstAnnouncement, setup.LastAnnouncement, options.Seed);
        var log = new VotingLog(setup.Logger, options.Self.Name, new(host.Time, VotingTransport.WarningPeriod));
        var part = new VotingPart(view, log, setup.Discovery, rhythm, setup.Stopped);
        context.Node = host.Start("node", NodeOf(context, setup, part), setup.TurnMessages);
        context.Storage = host.Start(
            "storage", new StorageActor(new MemoryLog(), new KeyValueStore(), host.StartDiskLane("disk"), context, new(), setup.Epochs), setup.TurnMessages);
        context.Election = host.Start("election", new ElectionActor(new VotingElection(core, context), context), setup.TurnMessages);
        context.Clock = host.Start("clock", new ClockActor(context), setup.TurnMessages);
        var timer = host.Every(options.Tick, () => context.Clock.Tell(ClockMessage.Ring));
        return new(context, view, timer) { Core = core };
    }

    /// <inheritdoc/>
    public void Deliver(MemberId from, PeerMessage message, IInboundCredit credit) => _context.Node.Tell(new FromPeer(from, message, credit));

    /// <inheritdoc/>
    public void ConnectionLost(MemberId peer) => _context.Node.Tell(new PeerLost(peer));

    /// <inheritdoc/>
    public void Met(VotingMember contact) => _context.Node.Tell(new NodeMet(contact, IsByDatagram: false));

    /// <summary>A node presented itself in a datagram.</summary>
    public void Found(VotingMember contact) => _context.Node.Tell(new NodeMet(contact, IsByDatagram: true));

    /// <summary>Asks the node to say goodbye; it says when it is to stop.</summary>
    public void Dispatch() => _context.Node.Tell(DispatchNode.Instance);

    /// <summary>No time passes for the node any more.</summary>
    public void StopClock() => _timer.Dispose();

    /// <summary>Waits for the epoch that is on its way to the disk.</summary>
    public void StopStorage(Action stopped) => _context.Storage.Tell(new StopStorage(stopped));

    /// <summary>A NodeActor that takes no requests: what it knows of Raft is as of a node that never joined.</summary>
    private static NodeActor NodeOf(NodeContext context, VotingSetup setup, VotingPart part)
    {
        var self = setup.Options.Self;
        var info = new MemberInfo(self.Id, self.Name, PeerContact.AddressOf(self).Address, string.Empty);
        var view = new NodeView(setup.ClusterId, info, [info]);
        return new(
            context, self.Id, setup.Transport, view, new RoleLog(NullLogger.Instance, self.Name, view.NameOf),
            new PendingRequests(0, 0, setup.Options.Seed), new NodeTally(), part);
    }
}
