using System.Collections.Concurrent;
using System.Collections.Frozen;
using ActorQuorum.Akka.Hosting;
using ActorQuorum.Akka.Remoting;
using ActorQuorum.Akka.Tests.Hosting;
using ActorQuorum.Core.Raft;
using ActorQuorum.Hosting;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;
using Akka.Actor;
using Akka.Remote;
using Akka.TestKit;
using AkkaTestKit = Akka.TestKit.Xunit2.TestKit;
using Heartbeat = ActorQuorum.Core.Raft.Heartbeat;

namespace ActorQuorum.Akka.Tests.Remoting;

/// <summary>The transport's actor, with a probe in the place of the other member's.</summary>
public sealed class PeersActorTests : AkkaTestKit
{
    private static readonly MemberId Self = new(1);
    private static readonly MemberId Other = new(2);
    private readonly TestProbe _other;
    private readonly Inbox _inbox = new();
    private readonly RecordingLoggers _loggers = new();
    private readonly AkkaHost _host;

    public PeersActorTests()
        : base(LocalSystem.Config)
    {
        _host = new(Sys, TimeProvider.System, HostDispatchers.Own);
        _host.Start("node", new Silent(), 8);
        _other = CreateTestProbe();
    }

    [Fact]
    public void A_hello_is_answered_with_a_session_and_what_is_said_in_it_is_delivered()
    {
        var actor = Start();
        var session = Greet(actor);
        session.Route.ShouldBe(new PeerRoute(Other, Self, 77));
        actor.Tell(Frames(session, 0, 3), _other);
        AwaitAssert(() => _inbox.Delivered.ShouldBe([0, 1, 2]));
    }

    [Fact]
    public void What_was_handled_is_told()
    {
        var actor = Start();
        var session = Greet(actor);
        actor.Tell(Frames(session, 0, 3), _other);
        AwaitAssert(() => _inbox.Credits.Count.ShouldBe(3));
        foreach (var credit in _inbox.Credits) credit.Release();
        _other.FishForMessage<HandledParcel>(handled => handled.Handled.Messages == 3).ShouldBe(new HandledParcel(session.Number, new Credit(3, 30)));
    }

    [Fact]
    public void Frames_that_Akka_lost_end_the_session_and_both_sides_hear_of_it()
    {
        var actor = Start();
        var session = Greet(actor);
        actor.Tell(Frames(session, 0, 1), _other);
        actor.Tell(Frames(session, 2, 1), _other);
        _other.FishForMessage<EndedParcel>(_ => true).Session.ShouldBe(session.Number);
        actor.Tell(Frames(session, 1, 1), _other);
        AwaitAssert(() => _inbox.Lost.ShouldBe([Other]));
        _inbox.Delivered.ShouldBe([0]);
        InboundSessions.Of(Sys).Find(session.Number).ShouldBeNull();
    }

    [Fact]
    public void A_peer_that_is_parted_from_hears_of_it_and_its_loss_is_told()
    {
        var actor = Start();
        var session = Greet(actor);
        actor.Tell(new PartFromPeer(_peer!, "it moved"), ActorRefs.NoSender);
        _other.FishForMessage<EndedParcel>(_ => true).Session.ShouldBe(session.Number);
        actor.Tell(Frames(session, 0, 1), _other);
        AwaitAssert(() => _inbox.Lost.ShouldContain(Other));
        _inbox.Delivered.ShouldBeEmpty();
        InboundSessions.Of(Sys).Find(session.Number).ShouldBeNull();
    }

    [Fact]
    public void A_sender_beyond_its_credit_has_broken_the_protocol()
    {
        var actor = Start(options => options with { QueueMessages = 2 });
        var session = Greet(actor);
        actor.Tell(Frames(session, 0, 3), _other);
        _other.FishForMessage<EndedParcel>(_ => true).Session.ShouldBe(session.Number);
        _loggers.Has("it broke the protocol: it sends more than its credit allows").ShouldBeTrue();
        _inbox.Delivered.ShouldBe([0, 1]);
    }

    [Fact]
    public void Broken_frames_end_their_session()
    {
        var actor = Start();
        var session = Greet(actor);
        actor.Tell(new BrokenFrames(session, "a frame is cut off"), _other);
        _other.FishForMessage<EndedParcel>(_ => true).Session.ShouldBe(session.Number);
        AwaitAssert(() => _inbox.Lost.ShouldBe([Other]));
    }

    [Fact]
    public void A_newer_hello_replaces_the_session()
    {
        var actor = Start();
        var first = Greet(actor);
        var second = Greet(actor, incarnation: 78);
        second.Number.ShouldNotBe(first.Number);
        actor.Tell(Frames(first, 0, 1), _other);
        actor.Tell(Frames(second, 0, 1), _other);
        AwaitAssert(() => _inbox.Delivered.Count.ShouldBe(1));
        _inbox.Lost.ShouldBe([Other]);
        _loggers.Has("connected with another data directory").ShouldBeTrue();
    }

    [Theory]
    [InlineData(2u, 7ul, 2ul, 1ul, 77ul, Refusal.ProtocolVersion)]
    [InlineData(1u, 8ul, 2ul, 1ul, 77ul, Refusal.Cluster)]
    [InlineData(1u, 7ul, 2ul, 9ul, 77ul, Refusal.NotMe)]
    [InlineData(1u, 7ul, 1ul, 1ul, 77ul, Refusal.IsMe)]
    [InlineData(1u, 7ul, 9ul, 1ul, 77ul, Refusal.NotAMember)]
    [InlineData(1u, 7ul, 2ul, 1ul, 0ul, Refusal.Malformed)]
    public void A_hello_that_is_not_a_members_is_refused(uint version, ulong cluster, ulong from, ulong to, ulong incarnation, object refusal)
    {
        var actor = Start();
        actor.Tell(new HelloParcel(5, new Hello { ProtocolVersion = version, ClusterId = cluster, From = from, To = to, Incarnation = incarnation }), _other);
        var reply = _other.FishForMessage<HelloReplyParcel>(_ => true);
        (reply.Nonce, reply.Session, reply.Reply.Accepted, reply.Reply.Refusal).ShouldBe((5ul, 0ul, false, (Refusal)refusal));
    }

    [Fact]
    public void A_stranger_at_an_address_that_is_no_members_gets_no_answer()
    {
        var actor = Start(address: new Address("akka.tcp", "elsewhere", "10.0.0.1", 1));
        actor.Tell(new HelloParcel(5, new Hello { ProtocolVersion = 1, ClusterId = 8, From = 2, To = 1, Incarnation = 7 }), _other);
        AwaitAssert(() => _loggers.Has("was refused (Cluster)").ShouldBeTrue());
        for (var hellos = 0; hellos < 2;)
        {
            var heard = _other.ReceiveOne(Eventually.Deadline);
            heard.ShouldNotBeOfType<HelloReplyParcel>();
            if (heard is HelloParcel) hellos++;
        }
    }

    [Fact]
    public void A_hello_is_repeated_under_a_new_number_until_it_is_answered_and_an_answer_to_an_old_one_is_none()
    {
        var actor = Start();
        var first = _other.FishForMessage<HelloParcel>(_ => true);
        var second = _other.FishForMessage<HelloParcel>(_ => true);
        second.Nonce.ShouldNotBe(first.Nonce);
        Answer(actor, first.Nonce, session: 11);
        actor.Tell(new StrayFrames(99), _other);
        _other.FishForMessage<EndedParcel>(_ => true);
        _peer!.Outbound.ShouldBeNull();
        Connect(actor, session: 12).Number.ShouldBe(12ul);
    }

    [Fact]
    public void What_is_sent_leaves_in_the_session_with_its_number()
    {
        var actor = Start();
        Connect(actor, session: 12);
        Send().ShouldBeTrue();
        var frames = _other.FishForMessage<OutgoingFrames>(_ => true);
        (frames.Session, frames.First).ShouldBe((12ul, 0L));
        Send().ShouldBeTrue();
        _other.FishForMessage<OutgoingFrames>(_ => true).First.ShouldBe(1);
    }

    [Fact]
    public void A_peer_that_handles_nothing_is_given_up_and_greeted_anew()
    {
        var actor = Start(options => options with { StallTimeout = TimeSpan.FromMilliseconds(200) });
        var session = Connect(actor, session: 12);
        Send().ShouldBeTrue();
        AwaitAssert(() => _inbox.Lost.ShouldBe([Other]));
        session.TrySend(Measured()).ShouldBeFalse();
        _other.FishForMessage<HelloParcel>(_ => true);
    }

    [Theory]
    [InlineData("the peer ends it")]
    [InlineData("Akka reports the connection closed")]
    [InlineData("Akka reports an error")]
    public void A_session_that_ended_takes_nothing_and_its_end_is_told(string how)
    {
        var actor = Start();
        var session = Connect(actor, session: 12);
        var address = _peer!.Address;
        if (how == "the peer ends it") actor.Tell(new EndedParcel(12), _other);
        else if (how == "Akka reports an error") Sys.EventStream.Publish(new AssociationErrorEvent(new IOException("gone"), address, address, false, global::Akka.Event.LogLevel.ErrorLevel));
        else Sys.EventStream.Publish(new DisassociatedEvent(address, address, false));
        AwaitAssert(() => _inbox.Lost.ShouldBe([Other]));
        session.TrySend(Measured()).ShouldBeFalse();
        _other.FishForMessage<HelloParcel>(_ => true);
    }

    [Fact]
    public void Frames_of_no_session_are_answered_with_its_end()
    {
        var actor = Start();
        actor.Tell(new StrayFrames(99), _other);
        _other.FishForMessage<EndedParcel>(_ => true).Session.ShouldBe(99ul);
    }

    [Fact]
    public async Task A_farewell_ends_what_is_heard()
    {
        var actor = Start();
        var session = Greet(actor);
        var stopped = new TaskCompletionSource();
        actor.Tell(new StopPeers(stopped));
        _other.FishForMessage<EndedParcel>(_ => true).Session.ShouldBe(session.Number);
        await stopped.Task.InTime();
    }

    protected override void AfterAll()
    {
        _host.DisposeAsync().AsTask().Wait(Eventually.Deadline).ShouldBeTrue();
        base.AfterAll();
    }

    private RemotePeer? _peer;

    private IActorRef Start(Func<PeerTransportOptions, PeerTransportOptions>? change = null, Address? address = null)
    {
        var options = new PeerTransportOptions
        {
            ClusterId = 7,
            Self = Self,
            Name = "n1",
            Incarnation = 70,
            Listen = "n1:1",
            Peers = new Dictionary<MemberId, PeerAddress> { [Other] = new("n2", "n2:1") },
        };
        options = change?.Invoke(options) ?? options;
        _peer = new(Other, "n2", address ?? _other.Ref.Path.Address) { Actor = _other.Ref, Selection = Sys.ActorSelection(_other.Ref.Path) };
        var peers = new Dictionary<MemberId, RemotePeer> { [Other] = _peer }.ToFrozenDictionary();
        var log = new PeerLog(_loggers, new(TimeProvider.System, TimeSpan.Zero), "n1");
        return _host.StartTransport(Props.Create(() => new PeersActor(_host, options, peers, _inbox, log)), "peers");
    }

    private InboundSession Greet(IActorRef actor, ulong incarnation = 77)
    {
        actor.Tell(new HelloParcel(5, new Hello { ProtocolVersion = 1, ClusterId = 7, From = 2, To = 1, Incarnation = incarnation, Name = "n2" }), _other);
        var reply = _other.FishForMessage<HelloReplyParcel>(_ => true);
        (reply.Nonce, reply.Reply.Accepted).ShouldBe((5ul, true));
        return InboundSessions.Of(Sys).Find(reply.Session).ShouldNotBeNull();
    }

    /// <summary>Answers hellos until one was answered in time.</summary>
    private OutboundSession Connect(IActorRef actor, ulong session)
    {
        for (var tries = 0; tries < 50; tries++)
        {
            Answer(actor, _other.FishForMessage<HelloParcel>(_ => true).Nonce, session);
            actor.Tell(new StrayFrames(99), _other);
            _other.FishForMessage<EndedParcel>(_ => true);
            if (_peer!.Outbound is { } connected) return connected;
        }

        throw new TimeoutException("no hello was answered in time");
    }

    private void Answer(IActorRef actor, ulong nonce, ulong session) => actor.Tell(
        new HelloReplyParcel(nonce, session, new Credit(100, 1 << 20), new HelloReply { Accepted = true, ProtocolVersion = 1, ClusterId = 7, From = 2, Name = "n2" }), _other);

    private bool Send() => _peer!.Outbound!.TrySend(Measured());

    private static MeasuredMessage Measured()
    {
        PeerCodec.TryMeasure(new Consensus(new Heartbeat(0, Self, Other, 3, 70, 5, 1)), 1 << 16, out var measured).ShouldBeTrue();
        return measured;
    }

    private static IncomingFrames Frames(InboundSession session, int first, int count) => new(
        session, first, [.. Enumerable.Range(first, count).Select(round => ((PeerMessage)new Consensus(new Heartbeat(0, Other, Self, 3, 77, 5, round)), 10))]);

    private sealed class Inbox : IPeerInbox
    {
        public ConcurrentQueue<long> Delivered { get; } = new();

        public ConcurrentQueue<IInboundCredit> Credits { get; } = new();

        public ConcurrentQueue<MemberId> Lost { get; } = new();

        public void Deliver(MemberId from, PeerMessage message, IInboundCredit credit)
        {
            Delivered.Enqueue(((Heartbeat)((Consensus)message).Message).Round);
            Credits.Enqueue(credit);
        }

        public void ConnectionLost(MemberId peer) => Lost.Enqueue(peer);
    }

    private sealed class Silent : IActor<string>
    {
        public void Receive(string message)
        {
        }

        public void EndTurn()
        {
        }
    }
}
