using System.Collections.Frozen;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

/// <summary>Peers that come, move and go while the transport runs.</summary>
public class PeerSetTests
{
    private static PeerAddress At(TestPeer peer) => new(peer.Options.Name, peer.Address);

    /// <summary>A transport that knows nobody.</summary>
    private static Task<TestPeer> AloneAsync(int number) =>
        TestPeer.StartAsync(TestPeer.OptionsOf(number) with { Peers = FrozenDictionary<MemberId, PeerAddress>.Empty });

    [Fact]
    public async Task Members_that_connect_to_each_other_while_they_run_hear_each_other()
    {
        await using var one = await AloneAsync(1);
        await using var two = await AloneAsync(2);
        one.Transport.Send(two.Id, TestPeer.Numbered(1)).ShouldBeFalse();
        one.Transport.Connect(two.Id, At(two));
        two.Transport.Connect(one.Id, At(one));
        await one.UntilConnectedAsync(two.Id);
        await two.UntilConnectedAsync(one.Id);
        one.Transport.Send(two.Id, TestPeer.Numbered(2)).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => two.Numbers.Contains(2), "the message arrives");
    }

    [Fact]
    public async Task A_member_connected_to_before_the_start_is_dialled_at_the_start()
    {
        await using var two = await TestPeer.StartAsync(2);
        await using var one = TestPeer.Make(TestPeer.OptionsOf(1) with { Peers = FrozenDictionary<MemberId, PeerAddress>.Empty });
        one.Transport.Connect(two.Id, At(two));
        await one.Transport.StartAsync(one.Inbox, CancellationToken.None);
        await one.UntilConnectedAsync(two.Id);
    }

    [Fact]
    public async Task A_stranger_is_refused_until_it_is_connected_to()
    {
        await using var one = await AloneAsync(1);
        using (var early = await RawPeer.DialAsync(one))
        {
            await early.SendAsync(RawPeer.Hello(one, 2));
            (await early.ReadAsync(HelloReply.Parser)).Refusal.ShouldBe(Refusal.NotAMember);
        }

        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", "127.0.0.1:1"));
        using var late = await RawPeer.DialAsync(one, 2);
        await late.SendAsync(TestPeer.Numbered(1));
        await Eventually.ShouldBeAsync(() => one.Numbers.Contains(1), "the message arrives");
    }

    [Fact]
    public async Task Disconnecting_closes_both_ways_and_tells_of_it_and_refuses_the_next_hello()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        using var inbound = await RawPeer.DialAsync(one, 2);
        await inbound.SendAsync(TestPeer.Numbered(1));
        await Eventually.ShouldBeAsync(() => one.Numbers.Contains(1), "the member is heard");

        one.Transport.Disconnect(two.Id);
        one.Transport.Send(two.Id, TestPeer.Numbered(2)).ShouldBeFalse();
        one.Transport.Look(two.Id).IsConnected.ShouldBeFalse();
        await inbound.ShouldBeClosedAsync();
        await Eventually.ShouldBeAsync(() => two.Inbox.Lost.Contains(one.Id), "the other sees it");
        await Eventually.ShouldBeAsync(() => one.Inbox.Lost.Count(lost => lost == two.Id) == 2, "both losses are told");

        using var again = await RawPeer.DialAsync(one);
        await again.SendAsync(RawPeer.Hello(one, 2));
        (await again.ReadAsync(HelloReply.Parser)).Refusal.ShouldBe(Refusal.NotAMember);
        two.Numbers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_peer_that_goes_and_comes_back_is_not_connected_before_its_loss_was_told()
    {
        TestPeer? self = null;
        var wasTooEarly = false;
        var losing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var isBack = new ManualResetEventSlim();
        var inbox = new RecordingInbox
        {
            Losing = peer =>
            {
                losing.TrySetResult();
                isBack.Wait(Eventually.Deadline);

                // Whoever connects too early has ample time to.
                wasTooEarly |= SpinWait.SpinUntil(() => self!.Transport.Look(peer).IsConnected, TimeSpan.FromMilliseconds(300));
            },
        };
        await using var one = self = await TestPeer.StartAsync(TestPeer.OptionsOf(1), inbox);
        var former = await TestPeer.StartAsync(2);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(former);
        await former.DisposeAsync();
        await losing.Task.WaitAsync(Eventually.Deadline);
        one.Transport.Disconnect(two.Id);
        one.Transport.Connect(two.Id, At(two));
        isBack.Set();
        await one.UntilConnectedAsync(two.Id);
        wasTooEarly.ShouldBeFalse();
        one.Inbox.Lost.ShouldBe([two.Id]);
    }

    [Fact]
    public async Task A_member_that_moved_is_found_at_its_new_address_and_no_more_at_the_old()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var old = await TestPeer.StartAsync(2);
        await using var moved = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(old);

        one.Transport.Connect(moved.Id, At(moved));
        await Eventually.ShouldBeAsync(() => one.Inbox.Lost.Contains(moved.Id), "the loss of the old is told");
        await one.UntilConnectedAsync(moved.Id);
        one.Transport.Send(moved.Id, TestPeer.Numbered(1)).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => moved.Numbers.Contains(1), "the message arrives");
        old.Numbers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_dial_to_where_a_member_was_does_not_delay_the_one_to_where_it_is()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        var (silent, address) = RawPeer.Listen();
        using var held = silent;
        one.Transport.Connect(two.Id, new PeerAddress("n2", address));
        using var accepted = await silent.AcceptAsync().InTime();

        // The hello's answer would be waited for twice as long as this test.
        one.Transport.Connect(two.Id, At(two));
        await one.UntilConnectedAsync(two.Id);
    }

    [Fact]
    public async Task The_same_again_and_another_name_leave_the_connection()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        one.Transport.Connect(two.Id, At(two));
        one.Transport.Connect(two.Id, At(two) with { Name = "renamed" });
        one.Transport.Send(two.Id, TestPeer.Numbered(1)).ShouldBeTrue();
        await Eventually.ShouldBeAsync(() => two.Numbers.Contains(1), "the message arrives");
        one.Inbox.Lost.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("127.0.0.1:0")]
    public async Task An_address_that_cannot_be_dialled_is_a_warning_until_it_is_mended(string address)
    {
        await using var one = await AloneAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        one.Transport.Connect(two.Id, new PeerAddress("n2", address));
        await Eventually.ShouldBeAsync(() => one.Logger.Warnings.Any(w => w.Contains(address, StringComparison.Ordinal)), "the log says so");
        one.Transport.Connect(two.Id, At(two));
        await one.UntilConnectedAsync(two.Id);
    }

    [Fact]
    public async Task Neither_itself_nor_nobody_is_a_peer_and_after_the_end_nobody_is_dialled()
    {
        await using var one = await AloneAsync(1);
        one.Transport.Connect(one.Id, At(one));
        one.Transport.Connect(MemberId.None, At(one));
        one.Transport.Disconnect(TestPeer.Member(3));
        await one.Transport.DisposeAsync();
        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", "127.0.0.1:1"));
        one.Transport.Disconnect(TestPeer.Member(2));
        one.Logger.Warnings.ShouldBeEmpty();
    }
}
