using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

[Trait("Row", "RN-7")]
public class PeerConnectionTests
{
    [Fact]
    public async Task Messages_arrive_in_order_and_bear_the_sender_of_the_hello()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        var entries = ImmutableArray.Create(new Entry(8, 3, EntryKind.Command, new byte[] { 1, 2 }), new Entry(9, 3, EntryKind.Noop, default));
        var append = new AppendEntries(0, one.Id, two.Id, 3, one.Options.Incarnation, 7, 2, entries, 6);
        for (var i = 1; i <= 1000; i++)
        {
            one.Transport.Send(two.Id, TestPeer.Numbered(i)).ShouldBeTrue();
        }

        one.Transport.Send(two.Id, new Consensus(append)).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => two.Inbox.Messages.OfType<Consensus>().Any(), "the last message arrives");

        two.Numbers.ShouldBe(Enumerable.Range(1, 1000).Select(i => (long)i));
        var arrived = (AppendEntries)two.Inbox.Messages.OfType<Consensus>().Single().Message;
        (arrived with { Entries = entries }).ShouldBe(append);
        arrived.Entries[0].Payload.ToArray().ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_message_in_another_name_is_not_sent()
    {
        await using var two = await TestPeer.StartAsync(2);
        var one = await TestPeer.StartAsync(1);
        await one.ConnectToAsync(two);
        one.Transport.Send(two.Id, new Consensus(new TimeoutNow(0, TestPeer.Member(3), two.Id, 1, 101))).ShouldBeFalse();
        one.Transport.Send(two.Id, new Consensus(new TimeoutNow(0, one.Id, TestPeer.Member(3), 1, 101))).ShouldBeFalse();
        one.Transport.Send(two.Id, new Consensus(new TimeoutNow(0, one.Id, two.Id, 1, 5))).ShouldBeFalse();
        one.Transport.Send(two.Id, new ForwardReply(1, null, null, null)).ShouldBeFalse();
        one.Transport.Send(two.Id, new Consensus(new TimeoutNow(0, one.Id, two.Id, 1, 101))).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => two.Inbox.Messages.OfType<Consensus>().Any(), "the rightful message arrives");
        await one.Transport.DisposeAsync();
        one.Logger.Errors.Count.ShouldBe(2, "one for each kind of message");
    }

    [Fact]
    public async Task A_message_over_the_frame_size_is_not_sent_and_the_connection_lives_on()
    {
        await using var two = await TestPeer.StartAsync(2);
        await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { FrameSizeBytes = 1000 });
        await one.ConnectToAsync(two);
        one.Transport.Send(two.Id, TestPeer.Numbered(1, payloadBytes: 1000)).ShouldBeFalse();
        one.Transport.Send(two.Id, TestPeer.Numbered(2, payloadBytes: 900)).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => two.Numbers.Count == 1, "the smaller message arrives");
        two.Numbers.ShouldBe([2]);
        one.Logger.Warnings.ShouldContain(w => w.Contains("limits.frame-size", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_sent_is_answered_false_at_once()
    {
        await using var one = await TestPeer.StartAsync(1);
        one.Transport.Send(TestPeer.Member(2), TestPeer.Numbered(1)).ShouldBeFalse();
        one.Transport.Send(one.Id, TestPeer.Numbered(1)).ShouldBeFalse();
        one.Transport.Send(TestPeer.Member(99), TestPeer.Numbered(1)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_large_frame_arrives_whole_between_small_ones()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        int[] sizes = [0, 3 << 20, 5, 100_000, 32 << 10, 7, 6 << 20, 1];
        for (var i = 0; i < sizes.Length; i++)
        {
            var payload = new byte[sizes[i]];
            Array.Fill(payload, (byte)(i + 1));
            one.Transport.Send(two.Id, new Forward(i + 1, RequestKind.Command, payload, TimeSpan.Zero)).ShouldBeTrue();
        }

        await Eventually.ShouldBeAsync(() => two.Numbers.Count == sizes.Length, "all arrive");
        foreach (var forward in two.Inbox.Messages.OfType<Forward>().Where(f => f.RequestId != 0))
        {
            forward.Payload.Length.ShouldBe(sizes[forward.RequestId - 1]);
            forward.Payload.Span.ContainsAnyExcept((byte)forward.RequestId).ShouldBeFalse();
        }
    }

    [Fact]
    public async Task A_restarted_peer_is_reached_again_and_gets_nothing_stale()
    {
        await using var one = await TestPeer.StartAsync(1);
        var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        var address = two.Address;
        await two.DisposeAsync();
        await Eventually.ShouldBeAsync(() => one.Inbox.Lost.Count == 1, "the loss is told");
        one.Transport.Send(two.Id, TestPeer.Numbered(1)).ShouldBeFalse();

        await using var restarted = await TestPeer.StartAgainAsync(2, address);
        await one.UntilConnectedAsync(two.Id);
        one.Transport.Send(two.Id, TestPeer.Numbered(2)).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => restarted.Numbers.Count > 0, "the message arrives");
        restarted.Numbers.ShouldBe([2]);
        one.Inbox.Lost.ShouldBe([two.Id]);
    }

    [Fact]
    public async Task Over_many_restarts_nothing_arrives_twice_or_out_of_order_or_though_it_was_refused()
    {
        await using var one = await TestPeer.StartAsync(1);
        var two = await TestPeer.StartAsync(2);
        var address = two.Address;
        await one.ConnectToAsync(two);
        var taken = new List<long>();
        var arrived = new List<long>();
        var number = 0L;
        for (var restart = 0; restart < 8; restart++)
        {
            await Eventually.ShouldBeAsync(
                () =>
                {
                    for (var i = 0; i < 200; i++)
                    {
                        if (one.Transport.Send(two.Id, TestPeer.Numbered(++number)))
                        {
                            taken.Add(number);
                        }
                    }

                    return two.Numbers.Count > 500;
                },
                "messages arrive");
            await two.DisposeAsync();
            arrived.AddRange(two.Numbers);
            two = await TestPeer.StartAgainAsync(2, address);
        }

        await two.DisposeAsync();
        arrived.ShouldBe(arrived.Distinct().Order());
        arrived.Except(taken).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_lost_inbound_connection_is_told_once_after_its_last_message()
    {
        await using var one = await TestPeer.StartAsync(1);
        using (var raw = await RawPeer.DialAsync(one, 2))
        {
            await raw.SendAsync(TestPeer.Numbered(1));
        }

        await Eventually.ShouldBeAsync(() => one.Inbox.Lost.Count > 0, "the loss is told");
        one.Inbox.Events.Count.ShouldBe(2);
        one.Inbox.Events[1].ShouldBe(TestPeer.Member(2));
    }

    [Fact]
    public async Task The_newer_connection_of_a_member_replaces_the_older()
    {
        await using var one = await TestPeer.StartAsync(1);
        using var older = await RawPeer.DialAsync(one, 2);
        await older.SendAsync(TestPeer.Numbered(1));
        await Eventually.ShouldBeAsync(() => one.Numbers.Count == 1, "the older is read");

        using var newer = await RawPeer.DialAsync(one, 2);
        await newer.SendAsync(TestPeer.Numbered(2));
        await older.ShouldBeClosedAsync();
        await Eventually.ShouldBeAsync(() => one.Numbers.Count == 2, "the newer is read");
        one.Inbox.Events.Count.ShouldBe(3);
        one.Inbox.Events[1].ShouldBe(TestPeer.Member(2), "The older's end is told before the newer's first message.");
        await newer.SendAsync(TestPeer.Numbered(3));
        await Eventually.ShouldBeAsync(() => one.Numbers.Count == 3, "the newer stays");
    }

    [Fact]
    public async Task A_connection_that_waits_for_credit_is_replaced_too()
    {
        var inbox = new RecordingInbox { Holds = true };
        await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { QueueMessages = 1 }, inbox);
        using var older = await RawPeer.DialAsync(one, 2);
        await older.SendAsync(TestPeer.Numbered(1));
        await older.SendAsync(TestPeer.Numbered(2));
        await Eventually.ShouldBeAsync(() => one.Numbers.Count == 1, "the older is read");
        using var newer = await RawPeer.DialAsync(one, 2);
        await newer.SendAsync(TestPeer.Numbered(3));
        await Eventually.ShouldBeAsync(() => one.Numbers.Contains(3), "the newer is read");
        inbox.Release();
    }

    [Theory]
    [Trait("Row", "RN-8")]
    [InlineData("huge", "over the bound")]
    [InlineData("garbage", "does not end")]
    [InlineData("negative", "negative")]
    public async Task A_peer_that_breaks_the_protocol_loses_its_connection_with_one_warning_and_no_other(string what, string reason)
    {
        await using var one = await TestPeer.StartAsync(1);
        using var other = await RawPeer.DialAsync(one, 3);
        for (var i = 1; i <= 2; i++)
        {
            using var raw = await RawPeer.DialAsync(one, 2);
            await raw.SendAsync(what switch
            {
                // The length alone: it is refused before a byte of the frame came.
                "huge" => BitConverter.GetBytes(one.Options.FrameSizeBytes + 1),
                "garbage" => [2, 0, 0, 0, 0x80, 0x01],
                _ => [13, 0, 0, 0, 0x3A, 11, 0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            });
            await raw.ShouldBeClosedAsync();
            await Eventually.ShouldBeAsync(() => one.Inbox.Lost.Count == i, "the loss is told");
        }

        await other.SendAsync(TestPeer.Numbered(1));
        await Eventually.ShouldBeAsync(() => one.Numbers.Count == 1, "the other's message arrives");
        one.Logger.Warnings.Where(w => w.Contains("broke the protocol", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldContain(reason);
        one.Inbox.Lost.ShouldAllBe(peer => peer == TestPeer.Member(2));
    }

    [Fact]
    public async Task A_peer_that_speaks_where_it_may_only_listen_is_dialled_anew()
    {
        await using var one = await TestPeer.StartAsync(1);
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", address));
        var (raw, _) = await RawPeer.AcceptAsync(listening);
        await one.UntilConnectedAsync(TestPeer.Member(2));
        await raw.SendAsync(TestPeer.Numbered(1));
        var (again, _) = await RawPeer.AcceptAsync(listening);
        raw.Dispose();
        again.Dispose();
        one.Numbers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_is_resolved_for_each_dial()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        one.Transport.Connect(two.Id, new PeerAddress("n2", $"localhost:{two.Port}"));
        await one.UntilConnectedAsync(two.Id);
    }
}
