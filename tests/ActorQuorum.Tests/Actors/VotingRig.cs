using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.Tests.Transport;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Actors;

/// <summary>A NodeActor of the constant election alone: all it does is recorded in order.</summary>
internal sealed class VotingRig : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly MailboxHost _host;
    private readonly NodeActor _actor;

    public VotingRig()
    {
        _host = new(_time);
        var context = new NodeContext(_host, () => false)
        {
            Clock = new Recorded<ClockMessage>(), Election = Election, Storage = new Recorded<StorageMessage>(), Node = new Recorded<NodeMessage>(),
        };
        var info = new MemberInfo(Self.Id, Self.Name, "a:1", "");
        var view = new NodeView(1, info, [info]);
        View = new(Self);
        var throttle = new LogThrottle(_time, TimeSpan.FromSeconds(10));
        Discovery = new(new Broadcast(Done), 1, Self, NullLogger.Instance, throttle);
        var rhythm = new AnnouncementRhythm(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), 1);
        var part = new VotingPart(View, new(NullLogger.Instance, "A", new(TimeProvider.System, TimeSpan.FromSeconds(10))), Discovery, rhythm, stop => Done.Add($"stop {stop.Reason}"));
        _actor = new(
            context, Self.Id, new Transport(Done, View), view, new(NullLogger.Instance, "A", view.NameOf), new(0, 0, 1), new NodeTally(), part);
        Discovery.Start(member => Tell(new NodeMet(member, IsByDatagram: true)));
    }

    public static VotingMember Self { get; } = new(new MemberId(1), "A", "a", 1, 1);

    public static VotingMember Other { get; } = new(new MemberId(2), "B", "b", 2, 2);

    public List<string> Done { get; } = [];

    public Recorded<ElectionMessage> Election { get; } = new();

    public VotingView View { get; }

    public NodeDiscovery Discovery { get; }

    public void Tell(NodeMessage message) => _actor.Receive(message);

    public void Pass(TimeSpan time)
    {
        _time.Advance(time);
        Tell(NodeTick.Instance);
    }

    public void Dispose() => _host.Dispose();

    private sealed class Broadcast(List<string> done) : IBroadcast
    {
        public void Start(IBroadcastInbox inbox)
        {
        }

        public void Send(ReadOnlyMemory<byte> datagram) => done.Add("announce");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Transport(List<string> done, VotingView view) : IPeerTransport
    {
        public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken) => Task.CompletedTask;

        public bool Send(MemberId to, PeerMessage message)
        {
            done.Add($"send {((Ballot)message).Message.GetType().Name} to {to} as {view.Status.Role}");
            return true;
        }

        public void Connect(MemberId peer, PeerAddress address) => done.Add($"connect {address.Name} {address.Address}");

        public void Disconnect(MemberId peer) => done.Add($"disconnect {peer}");

        public void LetGo(MemberId peer) => done.Add($"let go {peer}");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
