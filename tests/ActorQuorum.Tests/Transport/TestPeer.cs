using System.Diagnostics;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Transport;

/// <summary>A transport under test with its inbox and log; members n1 to n3 of one cluster on loopback.</summary>
internal sealed class TestPeer : IAsyncDisposable
{
    public const ulong Cluster = 0xC1;

    private TestPeer(PeerTransportOptions options, RecordingInbox inbox)
    {
        Options = options;
        Inbox = inbox;
        Transport = new TcpPeerTransport(options, Logger);
    }

    public PeerTransportOptions Options { get; }

    public RecordingInbox Inbox { get; }

    public RecordingLogger Logger { get; } = new();

    public TcpPeerTransport Transport { get; }

    public int Port => Transport.ListeningOn!.Port;

    public string Address => $"127.0.0.1:{Port}";

    public MemberId Id => Options.Self;

    public static MemberId Member(int number) => new((ulong)number);

    /// <summary>Options of member n<paramref name="number"/>; the others are at a port where nobody listens.</summary>
    public static PeerTransportOptions OptionsOf(int number) => new()
    {
        ClusterId = Cluster,
        Self = Member(number),
        Name = $"n{number}",
        Incarnation = (ulong)(100 + number),
        Listen = "127.0.0.1:0",

        // A machine under load may be slow to answer; what a timeout does is tested in virtual time.
        ConnectTimeout = TimeSpan.FromMinutes(1),
        HelloTimeout = TimeSpan.FromMinutes(2),
        StallTimeout = TimeSpan.FromMinutes(10),
        WarningPeriod = TimeSpan.FromMinutes(10),
        Peers = Enumerable.Range(1, 3).Where(n => n != number).ToDictionary(Member, n => new PeerAddress($"n{n}", "127.0.0.1:1")),
    };

    /// <summary>One that is not started yet.</summary>
    public static TestPeer Make(PeerTransportOptions options, RecordingInbox? inbox = null) => new(options, inbox ?? new RecordingInbox());

    public static async Task<TestPeer> StartAsync(PeerTransportOptions options, RecordingInbox? inbox = null)
    {
        var peer = Make(options, inbox);
        await peer.Transport.StartAsync(peer.Inbox, CancellationToken.None);
        return peer;
    }

    public static Task<TestPeer> StartAsync(int number) => StartAsync(OptionsOf(number));

    /// <summary>
    /// Starts member n<paramref name="number"/> on an address that one had before. While nobody listens there, the system may give its port to any
    /// outgoing connection for a moment.
    /// </summary>
    public static async Task<TestPeer> StartAgainAsync(int number, string address)
    {
        var clock = Stopwatch.StartNew();
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (true)
        {
            try
            {
                return await StartAsync(OptionsOf(number) with { Listen = address });
            }
            catch (IOException) when (clock.Elapsed < Eventually.Deadline)
            {
                await look.WaitForNextTickAsync();
            }
        }
    }

    /// <summary>Makes this peer dial another one, and waits until it may send.</summary>
    public async Task ConnectToAsync(TestPeer other)
    {
        Transport.Connect(other.Id, new PeerAddress("n2", other.Address));
        await UntilConnectedAsync(other.Id);
    }

    /// <summary>Sends forwards numbered zero until one is taken.</summary>
    public Task UntilConnectedAsync(MemberId to) => Eventually.ShouldBeAsync(() => Transport.Send(to, Numbered(0)), $"{Options.Name} may send to {to}");

    public static Forward Numbered(long number, int payloadBytes = 0) => new(number, RequestKind.Command, new byte[payloadBytes], TimeSpan.Zero);

    /// <summary>The numbers of the forwards that arrived, those of <see cref="UntilConnectedAsync"/> left out.</summary>
    public IReadOnlyList<long> Numbers => [.. Inbox.Messages.OfType<Forward>().Select(f => f.RequestId).Where(n => n != 0)];

    public async ValueTask DisposeAsync()
    {
        await Transport.DisposeAsync();
        Logger.Errors.ShouldBeEmpty();
    }
}
