using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.Transport;

[Trait("Row", "RN-7")]
public class PeerListenerTests
{
    [Fact]
    public async Task A_busy_port_is_an_error_that_names_the_address_and_what_to_do()
    {
        await using var one = await TestPeer.StartAsync(1);
        await using var two = new TcpPeerTransport(TestPeer.OptionsOf(2) with { Listen = one.Address }, NullLogger.Instance);
        var error = await Should.ThrowAsync<IOException>(() => two.StartAsync(new RecordingInbox(), CancellationToken.None));
        error.Message.ShouldContain(one.Address);
        error.Message.ShouldContain("another process listens there");
        error.Message.ShouldContain("stop it");
    }

    [Fact]
    public async Task An_address_of_another_machine_is_an_error_that_says_so()
    {
        // 192.0.2.0/24 is kept for documentation: no machine has it.
        await using var one = new TcpPeerTransport(TestPeer.OptionsOf(1) with { Listen = "192.0.2.7:0" }, NullLogger.Instance);
        var error = await Should.ThrowAsync<IOException>(() => one.StartAsync(new RecordingInbox(), CancellationToken.None));
        error.Message.ShouldContain("192.0.2.7");
        error.Message.ShouldContain("no network interface");
    }

    [Fact]
    public async Task A_quick_restart_gets_its_port_although_old_connections_linger()
    {
        var listen = "127.0.0.1:0";
        for (var i = 0; i < 5; i++)
        {
            await using var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { Listen = listen });
            listen = one.Address;
            using var raw = await RawPeer.DialAsync(one, 2);

            // This side closes first, so that the connection lingers in TIME_WAIT on the listener's port.
            await one.DisposeAsync();
            await raw.ShouldBeClosedAsync();
        }
    }

    [Fact]
    public async Task Disposal_while_it_connects_and_greets_and_waits_is_quick_and_closes_everything()
    {
        var (listening, address) = RawPeer.Listen();
        using var held = listening;
        var inbox = new RecordingInbox { Holds = true };
        var options = TestPeer.OptionsOf(1) with { Time = new ManualTime(), QueueMessages = 1 };
        var one = await TestPeer.StartAsync(options, inbox);
        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", address));
        using var unanswered = await listening.AcceptAsync().InTime();
        using var silent = await RawPeer.DialAsync(one);
        using var waiting = await RawPeer.DialAsync(one, 3);
        await waiting.SendAsync(TestPeer.Numbered(1));
        await waiting.SendAsync(TestPeer.Numbered(2));
        await Eventually.ShouldBeAsync(() => one.Numbers.Count == 1, "credit is used up");

        await one.DisposeAsync().AsTask().InTime();
        await one.DisposeAsync().AsTask().InTime();
        await silent.ShouldBeClosedAsync();
        await waiting.ShouldBeClosedAsync();
        one.Transport.Send(TestPeer.Member(2), TestPeer.Numbered(1)).ShouldBeFalse();
        one.Inbox.Lost.ShouldBeEmpty("Nobody asks any more.");
        inbox.Release();
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(one.Transport.ListeningOn!);
    }

    [Fact]
    public async Task Disposal_while_a_dial_is_under_way_is_quick()
    {
        // A full backlog answers no dial: this one stays under way for as long as the clock stands still.
        using var full = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        full.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        full.Listen(0);
        var callers = Enumerable.Range(0, 4).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
        callers.ForEach(c => _ = c.ConnectAsync(full.LocalEndPoint!).ContinueWith(t => t.Exception, TaskScheduler.Default));
        var time = new ManualTime();
        var one = await TestPeer.StartAsync(TestPeer.OptionsOf(1) with { Time = time });
        one.Transport.Connect(TestPeer.Member(2), new PeerAddress("n2", full.LocalEndPoint!.ToString()!));
        await Eventually.ShouldBeAsync(() => time.Waiting.Count > 0, "a timer waits");
        await one.DisposeAsync().AsTask().InTime();
        time.Waiting.ShouldBeEmpty();
        callers.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task A_transport_starts_once_and_not_after_its_end()
    {
        var never = new TcpPeerTransport(TestPeer.OptionsOf(1), NullLogger.Instance);
        await never.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => never.StartAsync(new RecordingInbox(), CancellationToken.None));
        await using var one = await TestPeer.StartAsync(1);
        await Should.ThrowAsync<InvalidOperationException>(() => one.Transport.StartAsync(new RecordingInbox(), CancellationToken.None));
    }

    [Fact]
    public async Task No_exception_is_left_unobserved()
    {
        var unobserved = new List<string>();
        void Keep(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            lock (unobserved)
            {
                unobserved.Add(e.Exception.ToString());
            }
        }

        TaskScheduler.UnobservedTaskException += Keep;
        await LiveAndDieAsync();
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        TaskScheduler.UnobservedTaskException -= Keep;
        lock (unobserved)
        {
            unobserved.Where(e => e.Contains("ActorQuorum.Transport", StringComparison.Ordinal)).ShouldBeEmpty();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task LiveAndDieAsync()
    {
        await using var one = await TestPeer.StartAsync(1);
        var two = await TestPeer.StartAsync(2);
        await one.ConnectToAsync(two);
        await two.ConnectToAsync(one);
        await two.DisposeAsync();
        await Eventually.ShouldBeAsync(() => one.Inbox.Lost.Count == 2, "both connections are lost");
        using var raw = await RawPeer.DialAsync(one);
        await raw.SendAsync([1, 2, 3]);
    }
}
