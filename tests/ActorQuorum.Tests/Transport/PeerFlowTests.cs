using ActorQuorum.Transport;
using Wired = ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

public class PeerFlowTests
{
    private const int PayloadBytes = 32 << 10;
    private const int EnoughMessages = 2_000;

    [Theory]
    [InlineData(20, int.MaxValue)]
    [InlineData(1_000_000, 512 << 10)]
    public async Task Past_the_bound_a_message_is_refused_and_all_others_arrive_in_order(int queueMessages, int queueSizeBytes)
    {
        var options = TestPeer.OptionsOf(1) with { QueueMessages = queueMessages, QueueSizeBytes = queueSizeBytes, FrameSizeBytes = 64 << 10 };
        await using var one = await TestPeer.StartAsync(options);
        var (raw, numbers) = await FloodAsync(one);
        using var slow = raw;
        foreach (var number in numbers)
        {
            (await raw.ReadAsync(Wired.Frame.Parser)).Forward.RequestId.ShouldBe((ulong)number);
        }

        one.Transport.Send(TestPeer.Member(2), TestPeer.Numbered(77)).ShouldBeTrue();
        (await raw.ReadAsync(Wired.Frame.Parser)).Forward.RequestId.ShouldBe(77UL);
    }

    [Fact]
    public async Task A_peer_that_does_not_read_holds_up_no_other()
    {
        await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { QueueMessages = 20 });
        await using var three = await TestPeer.StartAsync(3);
        await one.ConnectToAsync(three);
        var (raw, _) = await FloodAsync(one);
        using var slow = raw;
        for (var i = 1; i <= 100; i++)
        {
            var number = i;
            one.Transport.Send(three.Id, TestPeer.Numbered(number, PayloadBytes)).ShouldBeTrue();
            await Eventually.ShouldBeAsync(() => three.Numbers.Count == number, "the other peer hears");
        }

        one.Inbox.Lost.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_write_without_progress_closes_its_connection()
    {
        var time = new ManualTime();
        await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { QueueMessages = 20, Time = time });
        var (raw, _) = await FloodAsync(one);
        using var slow = raw;
        one.Inbox.Lost.ShouldBeEmpty();
        await Eventually.ShouldBeAsync(() => time.Waiting.Contains(one.Options.StallTimeout), "the write is watched");
        time.Advance(one.Options.StallTimeout);
        await Eventually.ShouldBeAsync(() => one.Inbox.Lost.Count == 1, "the loss is told");
        one.Logger.Warnings.ShouldContain(w => w.Contains("no progress", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_more_is_delivered_than_there_is_credit()
    {
        var inbox = new RecordingInbox { Holds = true };
        await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { QueueMessages = 5 }, inbox);
        using var raw = await RawPeer.DialAsync(one, 2);
        for (var i = 1; i <= 50; i++)
        {
            await raw.SendAsync(TestPeer.Numbered(i));
        }

        for (var i = 5; i <= 50; i++)
        {
            var expected = i;
            await Eventually.ShouldBeAsync(() => one.Numbers.Count == expected, $"{expected} messages are delivered");
            inbox.Release();
        }

        inbox.MostHeld.ShouldBe(5);
        one.Numbers.ShouldBe(Enumerable.Range(1, 50).Select(i => (long)i));
    }

    [Fact]
    public async Task A_slow_actor_is_felt_by_the_sender()
    {
        var inbox = new RecordingInbox { Holds = true };
        await using var two = await TestPeer.StartAsync(TestPeer.OptionsOf(2) with { QueueMessages = 5 }, inbox);
        await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { QueueMessages = 20 });
        one.Transport.Connect(two.Id, new PeerAddress("n2", two.Address));
        var sent = await SendUntilRefusedAsync(one);
        inbox.MostHeld.ShouldBeLessThanOrEqualTo(5);
        for (var i = 0; i < sent.Count; i++)
        {
            var expected = i + 1;
            await Eventually.ShouldBeAsync(() => two.Numbers.Count >= expected, "the next message is delivered");
            inbox.Release();
        }

        two.Numbers.ShouldBe(sent);
    }

    /// <summary>Connects member 1 to a peer that does not read, and sends until its queue is full.</summary>
    private static async Task<(RawPeer Raw, IReadOnlyList<long> Sent)> FloodAsync(TestPeer one)
    {
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", address));
        var (raw, _) = await RawPeer.AcceptAsync(listening);
        return (raw, await SendUntilRefusedAsync(one));
    }

    private static async Task<IReadOnlyList<long>> SendUntilRefusedAsync(TestPeer one)
    {
        // The first success means connected; refusals count from then on, and only if they last: the writer may just be about to drain.
        var sent = new List<long>();
        var refusals = 0;
        await Eventually.ShouldBeAsync(
            () =>
            {
                while (one.Transport.Send(TestPeer.Member(2), TestPeer.Numbered(sent.Count + 1, PayloadBytes)))
                {
                    sent.Add(sent.Count + 1);
                    sent.Count.ShouldBeLessThan(EnoughMessages);
                    refusals = 0;
                }

                return sent.Count > 0 && ++refusals == 20;
            },
            "the queue is full");
        return sent;
    }
}
