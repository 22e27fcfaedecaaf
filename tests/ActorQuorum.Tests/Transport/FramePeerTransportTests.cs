using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

/// <summary>Whoever carries the frames: what is not a member's own next frame gets no further than here.</summary>
[Trait("Row", "CO-7")]
public sealed class FramePeerTransportTests : IAsyncLifetime, IAsyncDisposable
{
    private const ulong Cluster = 77;
    private const int FrameLimit = 64 << 10;

    private static readonly MemberId s_self = new(1);
    private static readonly MemberId s_other = new(2);
    private static readonly MemberId s_stranger = new(3);

    private readonly RecordingInbox _inbox = new();
    private readonly RecordingLogger _logger = new();
    private readonly Taken _taken = new();
    private readonly FramePeerTransport _transport;

    public FramePeerTransportTests()
    {
        _transport = new(OptionsOf(s_self, s_other, 11), _ => _taken, _logger);
        _transport.StartAsync(_inbox, CancellationToken.None);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public ValueTask DisposeAsync() => _transport.DisposeAsync();

    [Fact]
    public async Task A_members_frames_are_delivered_once_and_in_order()
    {
        var sender = new Sender(Cluster, 22);
        byte[][] frames = [sender.Frame(1), sender.Frame(2), sender.Frame(3)];
        foreach (var i in new[] { 0, 0, 2, 1, 2, 0 }) await _transport.ReceiveAsync(frames[i]);
        _inbox.Messages.Select(RoundOf).ShouldBe([1, 3]);
        _inbox.Messages.OfType<Consensus>().ShouldAllBe(heard => heard.Message.From == s_other && heard.Message.To == s_self && heard.Message.Incarnation == 22);
    }

    [Fact]
    public async Task A_new_process_of_a_member_is_told_from_its_last_one_whose_frames_are_late()
    {
        var (old, young) = (new Sender(Cluster, 22), new Sender(Cluster, 22));
        byte[] first = old.Frame(1), late = old.Frame(2);
        await _transport.ReceiveAsync(first);
        await _transport.ReceiveAsync(young.Frame(3));
        await _transport.ReceiveAsync(late);
        await _transport.ReceiveAsync(young.Frame(4));
        _inbox.Messages.Select(RoundOf).ShouldBe([1, 3, 4]);
        _inbox.Lost.ShouldBe([s_other]);
    }

    [Fact]
    public async Task The_lanes_are_counted_apart()
    {
        var sender = new Sender(Cluster, 22);
        var bulk = sender.Frame(1, FrameLane.Bulk);
        await _transport.ReceiveAsync(sender.Frame(2));
        await _transport.ReceiveAsync(sender.Frame(3));
        await _transport.ReceiveAsync(bulk);
        _inbox.Messages.Select(RoundOf).ShouldBe([2, 3, 1]);
    }

    [Fact]
    public async Task Frames_of_others_are_dropped_and_the_log_says_why()
    {
        await Refused(new Sender(Cluster + 1, 22).Frame(1), "of cluster 4e");
        await Refused(new Sender(Cluster, 22) { To = s_stranger }.Frame(1), "for member");
        await Refused(new Sender(Cluster, 22) { From = s_stranger }.Frame(1), "no member that this node knows");
        await Refused(new Sender(Cluster, 22) { From = s_self }.Frame(1), "says that it is this node");
        _inbox.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Damaged_frames_are_dropped_and_the_node_goes_on()
    {
        var whole = new Sender(Cluster, 22).Frame(1);
        await Refused([], "0 bytes are no frame");
        await Refused(whole[..40], "40 bytes are no frame");
        await Refused([.. whole, 0], "its length is not what it says");
        await Refused(new Sender(Cluster, 22).Frame(1)[..^1], "its length is not what it says");
        await Refused([0, .. whole[1..]], "do not begin as a frame does");
        await Refused([.. whole[..4], 9, .. whole[5..]], "run the same release");
        await Refused([.. whole[..5], 7, .. whole[6..]], "run the same release");
        await Refused(new byte[FrameLimit + 1000], "over the limit");
        await Refused([.. new Sender(Cluster, 22).Frame(1)[..60], .. Enumerable.Repeat((byte)0xFF, whole.Length - 60)], "");
        _inbox.Events.ShouldBeEmpty();
        await _transport.ReceiveAsync(new Sender(Cluster, 22).Frame(9));
        _inbox.Messages.Select(RoundOf).ShouldBe([9]);
    }

    [Fact]
    public async Task Every_flipped_byte_is_survived()
    {
        for (var at = 0; at < new Sender(Cluster, 22).Frame(1).Length; at++)
        {
            var frame = new Sender(Cluster, 22).Frame(1);
            frame[at] ^= 0xFF;
            await _transport.ReceiveAsync(frame);
        }

        _inbox.Messages.ShouldAllBe(message => message is Consensus);
        _logger.Errors.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_sent_is_what_the_other_side_lets_through()
    {
        var inbox = new RecordingInbox();
        var other = new FramePeerTransport(OptionsOf(s_other, s_self, 22), _ => new Taken(), _logger);
        await other.StartAsync(inbox, CancellationToken.None);
        _transport.Send(s_other, Heartbeat(s_self, s_other, 11, 5)).ShouldBeTrue();
        _transport.SendBulk(s_other, Heartbeat(s_self, s_other, 11, 6)).ShouldBeTrue();
        foreach (var (_, _, frame) in _taken.Frames) await other.ReceiveAsync(frame);
        inbox.Messages.Select(RoundOf).ShouldBe([5, 6]);
        _taken.Frames.Select(frame => frame.Lane).ShouldBe([FrameLane.Main, FrameLane.Bulk]);
    }

    [Fact]
    public async Task A_stranger_of_the_cluster_is_let_in_while_the_node_may_not_know_its_leader()
    {
        var inbox = new RecordingInbox();
        var lets = true;
        var open = new FramePeerTransport(OptionsOf(s_self, s_other, 11) with { LetsCallersIn = () => lets }, _ => new Taken(), _logger);
        await open.StartAsync(inbox, CancellationToken.None);
        var stranger = new Sender(Cluster, 22) { From = s_stranger };
        await open.ReceiveAsync(stranger.Frame(1));
        inbox.Callers.ShouldBe([s_stranger]);
        open.Connect(s_stranger, new("n3", ""));
        await open.ReceiveAsync(stranger.Frame(2));
        inbox.Messages.Select(RoundOf).ShouldBe([2]);
        lets = false;
        await open.ReceiveAsync(new Sender(Cluster, 22) { From = new(4) }.Frame(1));
        inbox.Callers.Count.ShouldBe(1);
    }

    [Fact]
    public void A_message_over_the_frame_size_is_not_sent()
    {
        _transport.Send(s_other, new Forward(1, RequestKind.Command, new byte[FrameLimit + 1], TimeSpan.FromSeconds(1))).ShouldBeFalse();
        _taken.Frames.ShouldBeEmpty();
        _logger.Warnings.ShouldHaveSingleItem().ShouldContain("over the frame size");
    }

    [Fact]
    public void A_transport_that_throws_loses_the_frame_and_the_node_lives()
    {
        _taken.Defect = new InvalidOperationException("of its own");
        _transport.Send(s_other, Heartbeat(s_self, s_other, 11, 5)).ShouldBeTrue("it may have been sent: to repeat it elsewhere could apply a command twice");
        _logger.Errors.ShouldHaveSingleItem().ShouldContain("of its own");
    }

    [Fact]
    public void Members_come_and_go()
    {
        _taken.Members.ShouldBe([(s_other, "other:1")]);
        _transport.Connect(s_stranger, new("n3", "three:1"));
        _transport.Connect(s_self, new("n1", "self:1"));
        _taken.Members.ShouldBe([(s_other, "other:1"), (s_stranger, "three:1")]);
        _transport.Send(s_stranger, Heartbeat(s_self, s_stranger, 11, 1)).ShouldBeTrue();
        _transport.Disconnect(s_stranger);
        _transport.Send(s_stranger, Heartbeat(s_self, s_stranger, 11, 1)).ShouldBeFalse();
        _inbox.Lost.ShouldBe([s_stranger]);
        _taken.Members.ShouldBe([(s_other, "other:1")]);
    }

    private static PeerTransportOptions OptionsOf(MemberId self, MemberId other, ulong incarnation) => new()
    {
        ClusterId = Cluster, Self = self, Name = "self", Incarnation = incarnation, Listen = "self:1", FrameSizeBytes = FrameLimit,
        Peers = new Dictionary<MemberId, PeerAddress> { [other] = new("other", "other:1") },
        WarningPeriod = TimeSpan.Zero,
    };

    private static Consensus Heartbeat(MemberId from, MemberId to, ulong incarnation, long round) => new(new Heartbeat(0, from, to, 1, incarnation, 0, round));

    private static long RoundOf(PeerMessage message) => ((Heartbeat)((Consensus)message).Message).Round;

    private async Task Refused(byte[] frame, string why)
    {
        var before = _logger.Warnings.Count;
        await _transport.ReceiveAsync(frame);
        _logger.Warnings.Count.ShouldBe(before + 1, why);
        _logger.Warnings[^1].ShouldContain(why);
    }

    /// <summary>Frames of another member, as its transport makes them.</summary>
    private sealed class Sender(ulong cluster, ulong incarnation)
    {
        private static ulong s_sessions;
        private readonly ulong _session = Interlocked.Increment(ref s_sessions);
        private ulong _number;

        public MemberId From { get; init; } = s_other;

        public MemberId To { get; init; } = s_self;

        public byte[] Frame(long round, FrameLane lane = FrameLane.Main)
        {
            PeerCodec.TryMeasure(Heartbeat(From, To, incarnation, round), FrameLimit, out var measured).ShouldBeTrue();
            var frame = new byte[FrameEnvelope.SizeBytes + measured.SizeBytes];
            PeerCodec.Write(measured, frame.AsSpan(FrameEnvelope.SizeBytes));
            new FrameEnvelope(cluster, From, To, incarnation, _session, ++_number, lane).Write(frame);
            return frame;
        }
    }

    /// <summary>A user's transport that keeps what it is given.</summary>
    private sealed class Taken : IFrameTransport
    {
        public List<(MemberId To, FrameLane Lane, byte[] Frame)> Frames { get; } = [];

        public List<(MemberId Member, string Address)> Members { get; } = [];

        public Exception? Defect { get; set; }

        public Task StartAsync(IFrameReceiver receiver, CancellationToken cancellationToken) => Task.CompletedTask;

        public void Connect(MemberId member, string address) => Members.Add((member, address));

        public void Disconnect(MemberId member) => Members.RemoveAll(known => known.Member == member);

        public bool Send(MemberId to, FrameLane lane, ReadOnlyMemory<byte> frame)
        {
            Frames.Add((to, lane, frame.ToArray()));
            return Defect is null ? true : throw Defect;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
