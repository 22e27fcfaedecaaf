using System.Collections.Frozen;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

/// <summary>The transport as the constant election uses it: whoever is of the same cluster and presents itself is let in.</summary>
[Trait("Row", "QC-1")]
public class StrangerTests
{
    private static PeerTransportOptions OpenOptions => TestPeer.OptionsOf(1) with
    {
        Peers = FrozenDictionary<MemberId, PeerAddress>.Empty,
        Contact = new VotingMember(TestPeer.Member(1), "n1", "127.0.0.1", 1, 1234),
    };

    [Fact]
    public async Task A_stranger_is_told_of_before_its_first_message()
    {
        await using var one = await TestPeer.StartAsync(OpenOptions);
        using var raw = await DialAsync(one, Hello(one));
        await raw.SendAsync(TestPeer.Numbered(1));
        await Eventually.ShouldBeAsync(() => one.Numbers.Contains(1), "the message arrives");
        one.Inbox.Events[0].ShouldBe(new VotingMember(new MemberId(77), "узел", "127.0.0.9", 7777, 4321));
    }

    [Fact]
    public async Task A_stranger_that_does_not_know_its_address_is_known_by_where_it_dialled_from()
    {
        await using var one = await TestPeer.StartAsync(OpenOptions);
        foreach (var host in new[] { "", "0.0.0.0" })
        {
            var hello = Hello(one);
            hello.Host = host;
            hello.From++;
            using var raw = await DialAsync(one, hello);
        }

        await Eventually.ShouldBeAsync(() => one.Inbox.Events.OfType<VotingMember>().Count() == 2, "both are met");
        one.Inbox.Events.OfType<VotingMember>().ShouldAllBe(member => member.Host == "127.0.0.1");
    }

    [Theory]
    [InlineData("no name", "1 to 300")]
    [InlineData("long name", "1 to 300")]
    [InlineData("control", "control")]
    [InlineData("no port", "port 0")]
    [InlineData("unborn", "never born")]
    [InlineData("bad host", "address is none")]
    public async Task A_stranger_that_does_not_present_itself_is_refused_with_a_clear_text(string what, string text)
    {
        await using var one = await TestPeer.StartAsync(OpenOptions);
        var hello = Hello(one);
        (what switch
        {
            "no name" => (Action)(() => hello.Name = string.Empty),
            "long name" => () => hello.Name = new string('ж', VotingOptions.NameLength + 1),
            "control" => () => hello.Name = "a\u0007b",
            "no port" => () => hello.Port = 0,
            "unborn" => () => hello.BirthMs = 0,
            _ => () => hello.Host = "no host",
        })();
        using var raw = await RawPeer.DialAsync(one);
        await raw.SendAsync(hello);
        var reply = await raw.ReadAsync(HelloReply.Parser);
        reply.Refusal.ShouldBe(Wire(nameof(ActorQuorum.Transport.Wire.Refusal.Malformed)));
        reply.Reason.ShouldContain(text);
        await raw.ShouldBeClosedAsync();
        one.Inbox.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_of_another_cluster_or_version_is_refused_as_ever()
    {
        await using var one = await TestPeer.StartAsync(OpenOptions);
        foreach (var change in new Action<Hello>[] { h => h.ClusterId = 9, h => h.ProtocolVersion = 2, h => h.To = 5 })
        {
            var hello = Hello(one);
            change(hello);
            using var raw = await RawPeer.DialAsync(one);
            await raw.SendAsync(hello);
            await raw.ShouldBeRefusedAsync();
        }

        one.Inbox.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_more_strangers_are_let_in_than_there_may_be_but_one_of_them_may_come_again()
    {
        await using var one = await TestPeer.StartAsync(OpenOptions with { MostStrangers = 1 });
        using var first = await DialAsync(one, Hello(one));
        await Eventually.ShouldBeAsync(() => one.Inbox.Events.Count == 1, "the first is met");
        using var second = await RawPeer.DialAsync(one);
        var hello = Hello(one);
        hello.From++;
        await second.SendAsync(hello);
        var reply = await second.ReadAsync(HelloReply.Parser);
        reply.Refusal.ShouldBe(Wire(nameof(ActorQuorum.Transport.Wire.Refusal.Full)));
        using var again = await DialAsync(one, Hello(one));
    }

    [Fact]
    public async Task Its_own_hello_presents_it()
    {
        await using var one = await TestPeer.StartAsync(OpenOptions);
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", address));
        var (raw, hello) = await RawPeer.AcceptAsync(listening);
        using var accepted = raw;
        PeerGreeting.ContactOf(hello, System.Net.IPAddress.Loopback).ShouldBe(one.Options.Contact);
    }

    [Fact]
    public async Task What_was_queued_to_a_member_that_is_let_go_still_arrives()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        for (var i = 1; i <= 500; i++) one.Transport.Send(two.Id, TestPeer.Numbered(i, 1000)).ShouldBeTrue();
        one.Transport.LetGo(two.Id);
        one.Transport.Send(two.Id, TestPeer.Numbered(501)).ShouldBeFalse();
        await Eventually.ShouldBeAsync(() => two.Inbox.Lost.Contains(one.Id), "the connection ends");
        two.Numbers.ShouldBe(Enumerable.Range(1, 500).Select(i => (long)i));
    }

    [Fact]
    public async Task A_drained_transport_has_been_read_by_its_peers_when_it_says_so()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        for (var i = 1; i <= 500; i++) one.Transport.Send(two.Id, TestPeer.Numbered(i, 1000)).ShouldBeTrue();
        await one.Transport.DrainAsync(Eventually.Deadline);
        two.Numbers.ShouldBe(Enumerable.Range(1, 500).Select(i => (long)i));
        one.Transport.Send(two.Id, TestPeer.Numbered(501)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_peer_that_reads_nothing_holds_a_drain_up_no_longer_than_its_patience()
    {
        var time = new ManualTime();
        await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { Time = time });
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", address));
        var (raw, _) = await RawPeer.AcceptAsync(listening);
        using var silent = raw;
        await one.UntilConnectedAsync(TestPeer.Member(2));
        var drained = one.Transport.DrainAsync(TimeSpan.FromSeconds(1));
        drained.IsCompleted.ShouldBeFalse();
        time.Advance(TimeSpan.FromSeconds(2));
        await drained.WaitAsync(Eventually.Deadline);
    }

    private static ActorQuorum.Transport.Wire.Refusal Wire(string name) => Enum.Parse<ActorQuorum.Transport.Wire.Refusal>(name);

    private static Hello Hello(TestPeer peer) => new()
    {
        ProtocolVersion = 1, ClusterId = TestPeer.Cluster, From = 77, To = peer.Id.Value, Incarnation = 7, Name = "узел", Host = "127.0.0.9", Port = 7777,
        BirthMs = 4321,
    };

    private static async Task<RawPeer> DialAsync(TestPeer peer, Hello hello)
    {
        var raw = await RawPeer.DialAsync(peer);
        await raw.SendAsync(hello);
        (await raw.ReadAsync(HelloReply.Parser)).Accepted.ShouldBeTrue();
        return raw;
    }
}
