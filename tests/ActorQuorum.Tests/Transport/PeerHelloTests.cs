using System.Text;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Wire;

namespace ActorQuorum.Tests.Transport;

[Trait("Row", "RN-8")]
public class PeerHelloTests
{
    public static TheoryData<string, string, string> Refusals => new()
    {
        { "another cluster", nameof(Refusal.Cluster), "cluster c2" },
        { "another version", nameof(Refusal.ProtocolVersion), "version 2" },
        { "another receiver", nameof(Refusal.NotMe), "not member 3" },
        { "a foreign member", nameof(Refusal.NotAMember), "not a member" },
        { "the listener itself", nameof(Refusal.IsMe), "which listens here" },
        { "no incarnation", nameof(Refusal.Malformed), "no incarnation" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task A_hello_is_refused_with_a_clear_text_and_one_warning(string what, string refusal, string text)
    {
        await using var peer = await TestPeer.StartAsync(1);
        var hello = RawPeer.Hello(peer, 2);
        (what switch
        {
            "another cluster" => (Action)(() => hello.ClusterId = 0xC2),
            "another version" => () => hello.ProtocolVersion = 2,
            "another receiver" => () => hello.To = 3,
            "a foreign member" => () => hello.From = 77,
            "the listener itself" => () => hello.From = 1,
            _ => () => hello.Incarnation = 0,
        })();

        for (var i = 0; i < 3; i++)
        {
            using var raw = await RawPeer.DialAsync(peer);
            await raw.SendAsync(hello);
            var reply = await raw.ReadAsync(HelloReply.Parser);
            reply.Accepted.ShouldBeFalse();
            reply.Refusal.ToString().ShouldBe(refusal);
            reply.Reason.ShouldContain(text);
            await raw.ShouldBeClosedAsync();
        }

        peer.Logger.Warnings.Count(w => w.Contains($"({refusal})", StringComparison.Ordinal)).ShouldBe(1);
        peer.Inbox.Events.ShouldBeEmpty();
    }

    [Fact]
    public async Task Strangers_with_many_ids_are_one_warning()
    {
        await using var peer = await TestPeer.StartAsync(1);
        for (var i = 10UL; i < 15; i++)
        {
            using var raw = await RawPeer.DialAsync(peer);
            var hello = RawPeer.Hello(peer, 2);
            hello.From = i;
            await raw.SendAsync(hello);
            (await raw.ReadAsync(HelloReply.Parser)).Refusal.ShouldBe(Refusal.NotAMember);
        }

        peer.Logger.Warnings.Count(w => w.Contains("not a member", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_warning_is_repeated_after_its_period()
    {
        var time = new ManualTime();
        await using var peer = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { Time = time });
        for (var i = 1; i <= 2; i++)
        {
            await IsRefusedAsync(peer, hello => hello.To = 3);
            peer.Logger.Warnings.Count(w => w.Contains("(NotMe)", StringComparison.Ordinal)).ShouldBe(i);
            time.Advance(peer.Options.WarningPeriod);
        }
    }

    [Fact]
    [Trait("Row", "CO-4")]
    public async Task A_node_of_another_cluster_that_goes_on_to_knock_is_seldom_worth_a_line()
    {
        var time = new ManualTime();
        await using var peer = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { Time = time });
        for (var i = 0; i <= 60; i++)
        {
            await IsRefusedAsync(peer, hello => hello.ClusterId = 9);
            peer.Logger.Warnings.Count(w => w.Contains("(Cluster)", StringComparison.Ordinal)).ShouldBe(i < 60 ? 1 : 2, $"after {i} periods");
            time.Advance(peer.Options.WarningPeriod);
        }
    }

    [Fact]
    public async Task Bytes_that_are_no_hello_close_the_connection_and_harm_nothing_else()
    {
        await using var peer = await TestPeer.StartAsync(1);
        using var member = await RawPeer.DialAsync(peer, 2);
        byte[][] garbage = [Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"), [3, 0, 0, 0, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0]];
        foreach (var bytes in garbage)
        {
            using var raw = await RawPeer.DialAsync(peer);
            await raw.SendAsync(bytes);
            if (bytes.Length > 4)
            {
                await raw.ShouldBeClosedAsync();
            }
            else
            {
                await raw.ShouldBeRefusedAsync();
            }
        }

        await member.SendAsync(TestPeer.Numbered(1));
        await Eventually.ShouldBeAsync(() => peer.Numbers.Count == 1, "the member's message arrives");
    }

    [Fact]
    public async Task A_name_with_control_characters_cannot_forge_a_line_of_the_log()
    {
        await using var peer = await TestPeer.StartAsync(1);
        using var raw = await RawPeer.DialAsync(peer);
        var hello = RawPeer.Hello(peer, 77);
        hello.Name = "x\n[INF] all is well" + new string('y', 3000);
        await raw.SendAsync(hello);
        await raw.ShouldBeRefusedAsync();
        var warning = peer.Logger.Warnings.Single(w => w.Contains("not a member", StringComparison.Ordinal));
        warning.ShouldNotContain("\n");
        warning.Length.ShouldBeLessThan(1500);
    }

    [Fact]
    public async Task Who_says_no_hello_in_time_is_closed()
    {
        var time = new ManualTime();
        await using var peer = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { Time = time });
        using var raw = await RawPeer.DialAsync(peer);
        var closed = raw.ShouldBeClosedAsync();
        await Eventually.ShouldBeAsync(
            () =>
            {
                time.Advance(peer.Options.HelloTimeout);
                return closed.IsCompleted;
            },
            "the silent connection is closed");
        await closed;
        peer.Logger.Warnings.ShouldContain(w => w.Contains("did not come within", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Beyond_the_bound_a_connection_without_hello_is_closed_at_once_and_a_member_keeps_its_own()
    {
        await using var peer = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { UngreetedConnections = 3, HelloTimeout = TimeSpan.FromMinutes(5) });
        using var member = await RawPeer.DialAsync(peer, 2);
        await member.SendAsync(TestPeer.Numbered(1));
        await Eventually.ShouldBeAsync(() => peer.Numbers.Count == 1, "the member is served and counts no more");
        var silent = new List<RawPeer>();
        for (var i = 0; i < 3; i++)
        {
            silent.Add(await RawPeer.DialAsync(peer));
        }

        using var beyond = await RawPeer.DialAsync(peer);
        await beyond.ShouldBeClosedAsync();
        await member.SendAsync(TestPeer.Numbered(2));
        await Eventually.ShouldBeAsync(() => peer.Numbers.Count == 2, "the member's message arrives");

        silent.ForEach(s => s.Dispose());
        await using var other = await TestPeer.StartAsync(3);
        await other.ConnectToAsync(peer);
    }

    [Fact]
    public async Task The_dialler_says_who_it_is_and_whom_it_seeks()
    {
        await using var peer = await TestPeer.StartAsync(1);
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        peer.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", address));
        var (raw, hello) = await RawPeer.AcceptAsync(listening);
        using var accepted = raw;
        hello.ShouldBe(new Hello { ProtocolVersion = 1, ClusterId = TestPeer.Cluster, From = 1, To = 2, Incarnation = 101, Name = "n1" });
    }

    [Theory]
    [InlineData("refused")]
    [InlineData("cluster")]
    [InlineData("version")]
    [InlineData("member")]
    public async Task An_answer_that_does_not_fit_makes_no_connection_and_the_dialler_tries_on(string what)
    {
        await using var peer = await TestPeer.StartAsync(1);
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        peer.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", address));
        for (var i = 0; i < 2; i++)
        {
            var (raw, _) = await RawPeer.AcceptAsync(listening, hello =>
            {
                var reply = RawPeer.Accept(hello);
                (reply.Accepted, reply.Reason) = what == "refused" ? (false, "because of a test") : (true, string.Empty);
                reply.ClusterId = what == "cluster" ? 9 : reply.ClusterId;
                reply.ProtocolVersion = what == "version" ? 9 : reply.ProtocolVersion;
                reply.From = what == "member" ? 3 : reply.From;
                return reply;
            });
            await raw.ShouldBeClosedAsync();
            raw.Dispose();
            peer.Transport.Send(TestPeer.Member(2), TestPeer.Numbered(1)).ShouldBeFalse();
        }

        var text = what switch { "refused" => "because of a test", "cluster" => "cluster 9", "version" => "version 9", _ => "member 3" };
        peer.Logger.Warnings.Count(w => w.Contains(text, StringComparison.Ordinal)).ShouldBe(1);
        peer.Inbox.Events.ShouldBeEmpty();
    }

    private static async Task IsRefusedAsync(TestPeer peer, Action<Hello> spoil)
    {
        using var raw = await RawPeer.DialAsync(peer);
        var hello = RawPeer.Hello(peer, 2);
        spoil(hello);
        await raw.SendAsync(hello);
        await raw.ShouldBeRefusedAsync();
    }
}
