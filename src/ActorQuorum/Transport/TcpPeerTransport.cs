using System.Collections.Frozen;
using System.Net;
using System.Net.Sockets;
using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport;

/// <summary>
/// Peers over TCP (docs/wire.md). Each node dials every other for what it sends, and hears on the connections it accepts; so one
/// direction's trouble is not the other's, and no peer waits for another.
/// </summary>
internal sealed class TcpPeerTransport : IPeerTransport
{
    private readonly PeerTransportOptions options;
    private readonly ILogger logger;
    private readonly LogThrottle throttle;
    private readonly FrozenDictionary<MemberId, OutboundPeer> peers;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HostAndPort listen;
    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;
    private bool isStarted;
    private bool isDisposed;

    /// <summary>Makes the transport; it does nothing before it is started.</summary>
    /// <exception cref="ArgumentException">A setting cannot be.</exception>
    public TcpPeerTransport(PeerTransportOptions options, ILogger logger)
    {
        options.Validate();
        this.options = options;
        this.logger = logger;
        listen = HostAndPort.Parse(options.Listen);
        throttle = new LogThrottle(options.Time, options.WarningPeriod);
        peers = options.Peers.Keys.ToFrozenDictionary(id => id, id => new OutboundPeer(options, id, logger, throttle));
    }

    /// <summary>Where this node listens, once started.</summary>
    public IPEndPoint? ListeningOn { get; private set; }

    /// <inheritdoc/>
    public async Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isDisposed, this);
            if (isStarted)
            {
                throw new InvalidOperationException("The transport was started before; make a new one.");
            }

            isStarted = true;
        }

        var listening = await PeerSockets.ListenAsync(listen, cancellationToken).ConfigureAwait(false);
        lock (gate)
        {
            if (isDisposed)
            {
                listening.Dispose();
                throw new ObjectDisposedException(nameof(TcpPeerTransport));
            }

            ListeningOn = (IPEndPoint)listening.LocalEndPoint!;
            running = RunAsync(listening, inbox);
        }

        logger.LogInformation("Listening to peers on {Address}.", ListeningOn);
    }

    /// <inheritdoc/>
    public bool Send(MemberId to, PeerMessage message)
    {
        if (!peers.TryGetValue(to, out var peer) || peer.Link is not { } link)
        {
            return false;
        }

        try
        {
            if (IsOwn(to, message) && PeerCodec.TryMeasure(message, options.FrameSizeBytes, out var measured))
            {
                return link.TrySend(measured);
            }

            Complain(to, message, null);
        }
        catch (Exception e)
        {
            // A message that cannot be written is the sender's defect; the contract is to drop it, the log says so.
            Complain(to, message, e);
        }

        return false;
    }

    /// <inheritdoc/>
    public PeerConnection Look(MemberId peer) =>
        peers.TryGetValue(peer, out var outbound) && outbound.Link is { } link
            ? new(peer, true, link.WaitingMessages, link.WaitingBytes)
            : new(peer, false, 0, 0);

    /// <summary>A member moved: the next dial goes to its new address.</summary>
    /// <param name="peer">One of the peers in the options.</param>
    /// <param name="address">host:port.</param>
    public void Relocate(MemberId peer, string address) => peers[peer].Relocate(address);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        bool isFirst;
        lock (gate)
        {
            isFirst = !isDisposed;
            isDisposed = true;
        }

        if (isFirst)
        {
            await stopping.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
            stopping.Dispose();
            ended.TrySetResult();
        }

        await ended.Task.ConfigureAwait(false);
    }

    private Task RunAsync(Socket listening, IPeerInbox inbox)
    {
        var listener = new PeerListener(options, inbox, heard => peers[heard].Wake(), logger, throttle);
        var loops = peers.Values.Select(peer => Task.Run(() => peer.RunAsync(inbox, stopping.Token)));
        return Task.WhenAll([Task.Run(() => listener.RunAsync(listening, stopping.Token)), .. loops]);
    }

    /// <summary>The receiver takes sender, receiver and incarnation from the hello, so they must be the hello's.</summary>
    private bool IsOwn(MemberId to, PeerMessage message) =>
        message is not Consensus { Message: var raft }
        || (raft.From == options.Self && raft.To == to && raft.Incarnation == options.Incarnation);

    private void Complain(MemberId to, PeerMessage message, Exception? defect)
    {
        var kind = message is Consensus consensus ? consensus.Message.GetType().Name : message.GetType().Name;
        if (!throttle.Allows($"send {to} {kind}"))
        {
            return;
        }

        if (defect is null && IsOwn(to, message))
        {
            logger.LogWarning(
                "A {Kind} to peer {Peer} was not sent: it is over the frame size of {Limit} bytes. "
                + "Raise limits.frame-size on all members, or ask for less at once.",
                kind, options.Peers[to].Name, options.FrameSizeBytes);
        }
        else
        {
            logger.LogError(
                defect,
                "A {Kind} to peer {Peer} was not sent: it is malformed, or names another sender or receiver.",
                kind, options.Peers[to].Name);
        }
    }
}
