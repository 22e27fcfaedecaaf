using System.Runtime.Serialization;
using System.Text;
using ActorQuorum.Akka.Remoting;
using ActorQuorum.Akka.Tests.Hosting;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;
using Akka.Actor;
using Heartbeat = ActorQuorum.Core.Raft.Heartbeat;

namespace ActorQuorum.Akka.Tests.Remoting;

public sealed class QuorumSerializerTests : IDisposable
{
    private const int FrameSizeBytes = 64 << 10;
    private static readonly PeerRoute Route = new(new(1), new(2), 77);
    private readonly ExtendedActorSystem _system = (ExtendedActorSystem)ActorSystem.Create("serializer", LocalSystem.Config);

    public void Dispose() => _system.Terminate().Wait(Eventually.Deadline).ShouldBeTrue();

    [Fact]
    public void Each_parcel_comes_back_as_it_was()
    {
        PeerParcel[] parcels =
        [
            new HelloParcel(3, new Hello { ClusterId = 4, From = 1, To = 2, Incarnation = 5, Name = "n1", ProtocolVersion = 1 }),
            new HelloReplyParcel(3, 6, new Credit(7, 8), new HelloReply { Accepted = true, ClusterId = 4, From = 2, Name = "n2" }),
            new HandledParcel(6, new Credit(9, 10)),
            new EndedParcel(6),
        ];
        foreach (var parcel in parcels) RoundTrip(parcel).ShouldBe(parcel);
    }

    [Fact]
    public void Frames_are_those_of_TCP_and_bear_the_sender_of_the_hello()
    {
        var session = Session(6);
        Heartbeat[] sent = [new(0, Route.From, Route.To, 3, Route.Incarnation, 5, 1), new(0, Route.From, Route.To, 3, Route.Incarnation, 5, 2)];
        var outbound = new OutboundSession(6, new Credit(100, 1 << 20), () => { });
        foreach (var heartbeat in sent) outbound.TrySend(Measure(new Consensus(heartbeat))).ShouldBeTrue();
        var frames = RoundTrip(outbound.Drain().Single()).ShouldBeOfType<IncomingFrames>();
        (frames.Session, frames.First).ShouldBe((session, 0));
        frames.Frames.Select(frame => ((Consensus)frame.Message).Message).ShouldBe(sent);
    }

    [Fact]
    public void Frames_of_no_session_build_nothing() =>
        RoundTrip(new OutgoingFrames(99, 0, new byte[100])).ShouldBe(new StrayFrames(99));

    [Theory]
    [InlineData(new byte[] { 1 }, "cut off")]
    [InlineData(new byte[] { 9, 0, 0, 0, 1 }, "cut off")]
    [InlineData(new byte[] { 0, 0, 0, 127 }, "over the limit")]
    [InlineData(new byte[] { 0, 0, 0, 0 }, "no message of a kind known here")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0xFF, 0xFF }, "")]
    public void Broken_frames_are_the_fault_of_their_session(byte[] frames, string reason)
    {
        var session = Session(6);
        var broken = RoundTrip(new OutgoingFrames(6, 0, [.. new byte[QuorumSerializer.FramesHeadBytes], .. frames])).ShouldBeOfType<BrokenFrames>();
        broken.Session.ShouldBe(session);
        broken.Reason.ShouldContain(reason);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("")]
    [InlineData("System.Diagnostics.Process, System.Diagnostics.Process")]
    [InlineData("Hello")]
    public void An_unknown_manifest_is_refused(string manifest) =>
        Should.Throw<SerializationException>(() => Deserialize(new byte[64], manifest)).Message.ShouldContain($"no message of the kind \"{manifest}\"");

    [Theory]
    [InlineData("hello", 7)]
    [InlineData("hello-reply", 31)]
    [InlineData("frames", 15)]
    [InlineData("handled", 23)]
    [InlineData("handled", 25)]
    [InlineData("ended", 7)]
    [InlineData("ended", 9)]
    public void A_parcel_of_the_wrong_size_is_refused(string manifest, int sizeBytes) =>
        Should.Throw<SerializationException>(() => Deserialize(new byte[sizeBytes], manifest)).Message.ShouldContain($"has {sizeBytes} bytes");

    [Fact]
    public void A_hello_that_is_too_large_is_refused_before_it_is_read() =>
        Should.Throw<SerializationException>(() => Deserialize(new byte[PeerGreeting.LimitBytes + sizeof(ulong) + 1], "hello")).Message.ShouldContain("over the limit");

    [Fact]
    public void A_hello_that_is_no_protobuf_is_refused() =>
        Should.Throw<SerializationException>(() => Deserialize([.. new byte[8], 0xFF, 0xFF], "hello")).Message.ShouldContain("no protobuf message");

    [Fact]
    public void A_credit_out_of_range_is_refused() =>
        Should.Throw<SerializationException>(() => Deserialize([.. new byte[8], .. Enumerable.Repeat((byte)0xFF, 16)], "handled")).Message.ShouldContain("out of range");

    [Fact]
    public void Only_parcels_are_sent() => Should.Throw<SerializationException>(() => new QuorumSerializer(_system).ToBinary("text"));

    [Theory]
    [InlineData(1, "System.Diagnostics.ProcessStartInfo, System.Diagnostics.Process")]
    [InlineData(2, "ActorQuorum.Transport.Wire.Hello, ActorQuorum.Node")]
    [InlineData(3, "")]
    [InlineData(16, "ST")]
    [InlineData(22, "SC")]
    public void Akkas_serializers_that_build_what_the_wire_names_refuse_by_their_number(int wireId, string manifest)
    {
        var json = Encoding.UTF8.GetBytes("""{"$type":"System.Diagnostics.ProcessStartInfo, System.Diagnostics.Process","FileName":"x"}""");
        Should.Throw<RefusedException>(() => _system.Serialization.Deserialize(json, wireId, manifest)).Message.ShouldContain($"number {wireId}");
    }

    [Fact]
    public void What_has_no_serializer_of_its_own_is_not_sent_as_json() =>
        Should.Throw<RefusedException>(() => _system.Serialization.Serialize(new Version(1, 2))).Message.ShouldContain("System.Version");

    private static MeasuredMessage Measure(PeerMessage message)
    {
        PeerCodec.TryMeasure(message, FrameSizeBytes, out var measured).ShouldBeTrue();
        return measured;
    }

    private InboundSession Session(ulong number)
    {
        var session = new InboundSession(number, Route, "n1", FrameSizeBytes, new Credit(10, 1 << 20), _ => { });
        InboundSessions.Of(_system).Add(session);
        return session;
    }

    private object RoundTrip(PeerParcel parcel)
    {
        var serializer = _system.Serialization.FindSerializerFor(parcel).ShouldBeOfType<QuorumSerializer>();
        return Deserialize(serializer.ToBinary(parcel), serializer.Manifest(parcel));
    }

    private object Deserialize(byte[] bytes, string manifest) => _system.Serialization.Deserialize(bytes, QuorumSerializer.WireId, manifest);
}
