using ActorQuorum.Akka.Remoting;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Akka.Tests.Remoting;

/// <summary>Akka.Remote bounds nothing, so that the two ends of a session must.</summary>
public sealed class SessionTests
{
    private static readonly PeerRoute Route = new(new(1), new(2), 77);

    [Fact]
    public void Past_the_credit_a_message_is_not_taken_until_the_peer_has_handled_some()
    {
        var session = new OutboundSession(1, new Credit(2, 1 << 20), () => { });
        session.TrySend(Message()).ShouldBeTrue();
        session.TrySend(Message()).ShouldBeTrue();
        session.TrySend(Message()).ShouldBeFalse();
        session.Drain().Count().ShouldBe(1);
        session.TrySend(Message()).ShouldBeFalse("what was sent and not handled still counts");
        session.Handled(new Credit(1, Message().SizeBytes)).ShouldBeTrue();
        session.TrySend(Message()).ShouldBeTrue();
        session.TrySend(Message()).ShouldBeFalse();
    }

    [Fact]
    public void Bytes_are_bounded_as_well_and_one_message_alone_always_fits()
    {
        var session = new OutboundSession(1, new Credit(100, 1), () => { });
        session.TrySend(Message()).ShouldBeTrue();
        session.TrySend(Message()).ShouldBeFalse();
    }

    [Fact]
    public void A_closed_session_takes_nothing()
    {
        var session = new OutboundSession(1, new Credit(2, 1 << 20), () => { });
        session.Close();
        session.TrySend(Message()).ShouldBeFalse();
    }

    [Fact]
    public void Many_messages_leave_in_few_parcels_with_their_numbers()
    {
        var flushes = 0;
        var session = new OutboundSession(1, new Credit(100_000, 1 << 30), () => flushes++);
        for (var i = 0; i < 20_000; i++) session.TrySend(Message()).ShouldBeTrue();
        flushes.ShouldBe(1);
        var parcels = session.Drain().ToArray();
        parcels.Length.ShouldBeInRange(2, 10);
        parcels.ShouldAllBe(parcel => parcel.Bytes.Length <= (128 << 10) + QuorumSerializer.FramesHeadBytes);
        var perFrame = Message().SizeBytes;
        var next = 0L;
        foreach (var parcel in parcels)
        {
            parcel.First.ShouldBe(next);
            next += (parcel.Bytes.Length - QuorumSerializer.FramesHeadBytes) / perFrame;
        }

        next.ShouldBe(20_000);
    }

    [Fact]
    public void A_peer_cannot_have_handled_what_it_was_not_sent()
    {
        var session = new OutboundSession(1, new Credit(2, 1 << 20), () => { });
        session.TrySend(Message());
        session.Handled(new Credit(1, 1)).ShouldBeFalse("it is still queued here");
    }

    [Fact]
    public void Whoever_sends_past_its_credit_gets_none()
    {
        var session = Inbound(new Credit(2, 100), _ => { });
        session.Take(10).ShouldNotBeNull();
        var second = session.Take(10).ShouldNotBeNull();
        session.Take(10).ShouldBeNull();
        second.Release();
        second.Release();
        session.Handled.ShouldBe(new Credit(1, 10), "a second release of one message changes nothing");
        session.Take(91).ShouldBeNull("it is beyond the bytes");
        session.Take(90).ShouldNotBeNull();
    }

    [Fact]
    public void The_sender_is_told_at_once_when_a_quarter_of_its_credit_is_handled_and_once()
    {
        var told = 0;
        var session = Inbound(new Credit(8, 1 << 20), _ => told++);
        var credits = Enumerable.Range(0, 8).Select(_ => session.Take(1)!).ToArray();
        foreach (var credit in credits.Take(2)) credit.Release();
        told.ShouldBe(0);
        foreach (var credit in credits.Skip(2)) credit.Release();
        told.ShouldBe(1);
        session.HasNews.ShouldBeTrue();
        session.Tell().ShouldBe(new Credit(8, 8));
        session.HasNews.ShouldBeFalse();
    }

    private static InboundSession Inbound(Credit limit, Action<InboundSession> settle) => new(1, Route, "n1", 1 << 16, limit, settle);

    private static MeasuredMessage Message()
    {
        PeerCodec.TryMeasure(new Consensus(new Heartbeat(0, Route.From, Route.To, 3, Route.Incarnation, 5, 1)), 1 << 16, out var measured).ShouldBeTrue();
        return measured;
    }
}
