using System.Collections.Concurrent;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

/// <summary>What a transport owes the node (CO-7). A transport of one's own is held to it by deriving from this class.</summary>
[Trait("Row", "CO-7")]
public abstract class FrameTransportContract
{
    private static readonly MemberId s_one = new(1);
    private static readonly MemberId s_two = new(2);

    /// <summary>Where a member of this network listens.</summary>
    protected abstract string AddressOf(MemberId member);

    /// <summary>Makes a member's transport; all of one test are of one network.</summary>
    protected abstract IFrameTransport Make(FrameTransportContext context);

    [Fact]
    public async Task Frames_arrive_whole_and_unchanged_at_the_member_they_are_for()
    {
        await using var one = await StartAsync(s_one);
        await using var two = await StartAsync(s_two);
        one.Transport.Connect(s_two, AddressOf(s_two));

        byte[][] frames = [[1], [], [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)], [2, 3]];
        foreach (var frame in frames) await one.SendAsync(s_two, frame);

        await Eventually.ShouldBeAsync(() => two.Received.Count >= frames.Length, "all arrive");
        two.Received.Select(Convert.ToHexString).ShouldBe(frames.Select(Convert.ToHexString), ignoreOrder: true);
        one.Received.ShouldBeEmpty();
    }

    [Fact]
    public async Task To_nobody_and_to_a_member_that_was_disconnected_nothing_is_sent()
    {
        await using var one = await StartAsync(s_one);
        await using var two = await StartAsync(s_two);
        one.Transport.Send(s_two, FrameLane.Main, new byte[] { 1 }).ShouldBeFalse();
        one.Transport.Connect(s_two, AddressOf(s_two));
        await one.SendAsync(s_two, [2]);
        await Eventually.ShouldBeAsync(() => !two.Received.IsEmpty, "it arrives");
        one.Transport.Disconnect(s_two);
        one.Transport.Send(s_two, FrameLane.Main, new byte[] { 3 }).ShouldBeFalse();
        two.Received.ShouldHaveSingleItem().ShouldBe([2]);
    }

    [Fact]
    public async Task A_receiver_that_is_busy_gets_no_second_frame_of_a_sender_meanwhile()
    {
        await using var one = await StartAsync(s_one);
        await using var two = await StartAsync(s_two, isHeld: true);
        one.Transport.Connect(s_two, AddressOf(s_two));
        await one.SendAsync(s_two, [1]);
        await one.SendAsync(s_two, [2]);
        await Eventually.ShouldBeAsync(() => two.Received.Count == 1, "the first arrives");
        two.LetGo();
        await Eventually.ShouldBeAsync(() => two.Received.Count == 2, "the second follows");
        two.MostAtOnce.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_disposed_sends_and_delivers_nothing_and_throws_nothing()
    {
        var one = await StartAsync(s_one);
        await using var two = await StartAsync(s_two);
        one.Transport.Connect(s_two, AddressOf(s_two));
        two.Transport.Connect(s_one, AddressOf(s_one));
        await one.DisposeAsync();
        two.Transport.Send(s_one, FrameLane.Bulk, new byte[] { 1 });
        await one.DisposeAsync();
        one.Received.ShouldBeEmpty();
    }

    private async Task<End> StartAsync(MemberId self, bool isHeld = false)
    {
        var end = new End(Make(new(7, self, AddressOf(self), 1 << 20)), isHeld);
        await end.Transport.StartAsync(end, CancellationToken.None);
        return end;
    }

    private sealed class End(IFrameTransport transport, bool isHeld) : IFrameReceiver, IAsyncDisposable
    {
        private readonly TaskCompletionSource _let = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _atOnce;

        public IFrameTransport Transport => transport;

        public ConcurrentQueue<byte[]> Received { get; } = [];

        public int MostAtOnce { get; private set; }

        public void LetGo() => _let.TrySetResult();

        /// <summary>A transport may need a moment to connect; until then it says that it took nothing.</summary>
        public Task SendAsync(MemberId to, byte[] frame) =>
            Eventually.ShouldBeAsync(() => transport.Send(to, FrameLane.Main, frame), "the frame is taken");

        public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            Received.Enqueue(frame.ToArray());
            if (isHeld) await _let.Task;
            Interlocked.Decrement(ref _atOnce);
        }

        public void Lost(MemberId member)
        {
        }

        public ValueTask DisposeAsync()
        {
            LetGo();
            return transport.DisposeAsync();
        }
    }
}

/// <summary>The sample's transport keeps the contract.</summary>
public sealed class InMemoryFramesTests : FrameTransportContract
{
    private readonly InMemoryNetwork _network = new();

    /// <inheritdoc/>
    protected override string AddressOf(MemberId member) => $"n{member.Value}:1";

    /// <inheritdoc/>
    protected override IFrameTransport Make(FrameTransportContext context) => _network.Join(context);
}
