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
    private readonly PeerSet peers;
    private readonly PeerSet bulk;
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HostAndPort listen;
    private readonly Lock gate = new();
    private Task running = Task.CompletedTask;
    private PeerListener? listener;
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
        peers = new PeerSet(options, logger, throttle);
        bulk = new PeerSet(options, logger, throttle, isBulk: true);
        foreach (var (id, address) in options.Peers)
        {
            _ = HostAndPort.ParseDialled(address.Address);
            peers.Add(id, address);
        }
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

        var listening = options.Listening ?? await PeerSockets.ListenAsync(listen, cancellationToken).ConfigureAwait(false);
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
    public bool Send(MemberId to, PeerMessage message) => Send(peers, to, message);

    /// <inheritdoc/>
    public bool SendBulk(MemberId to, PeerMessage message)
    {
        if (bulk.Find(to) is null && peers.Find(to) is { } peer)
        {
            bulk.Add(to, peer.Destination);
        }

        return Send(bulk, to, message);
    }

    /// <inheritdoc/>
    public void EndBulk(MemberId to) => bulk.Remove(to);

    private bool Send(PeerSet set, MemberId to, PeerMessage message)
    {
        if (set.Find(to) is not { Link: { } link } peer)
        {
            return false;
        }

        try
        {
            if (IsOwn(to, message) && PeerCodec.TryMeasure(message, options.FrameSizeBytes, out var measured))
            {
                return link.TrySend(measured);
            }

            Complain(peer, to, message, null);
        }
        catch (Exception e)
        {
            // A message that cannot be written is the sender's defect; the contract is to drop it, the log says so.
            Complain(peer, to, message, e);
        }

        return false;
    }

    /// <inheritdoc/>
    public PeerConnection Look(MemberId peer) =>
        peers.Find(peer)?.Link is { } link
            ? new(peer, true, link.WaitingMessages, link.WaitingBytes)
            : new(peer, false, 0, 0);

    /// <inheritdoc/>
    public void Connect(MemberId peer, PeerAddress address)
    {
        if (!peer.IsNone && peer != options.Self)
        {
            peers.Add(peer, address);
            if (bulk.Find(peer) is not null)
            {
                bulk.Add(peer, address);
            }
        }
    }

    /// <inheritdoc/>
    public void Disconnect(MemberId peer)
    {
        bulk.Remove(peer);
        if (peers.Remove(peer))
        {
            listener?.Drop(peer);
        }
    }

    /// <inheritdoc/>
    public void LetGo(MemberId peer)
    {
        if (peers.LetGo(peer))
        {
            listener?.Drop(peer);
        }
    }

    /// <inheritdoc/>
    public Task DrainAsync(TimeSpan patience) => peers.DrainAsync(patience, options.Time);

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
            await peers.WhenStopped().ConfigureAwait(false);
            await bulk.WhenStopped().ConfigureAwait(false);
            options.Listening?.Dispose();
            stopping.Dispose();
            ended.TrySetResult();
        }

        await ended.Task.ConfigureAwait(false);
    }

    private Task RunAsync(Socket listening, IPeerInbox inbox)
    {
        var accepting = new PeerListener(options, inbox, id => peers.Find(id) is not null, id => peers.Find(id)?.Wake(), logger, throttle);
        Volatile.Write(ref listener, accepting);
        peers.Start(inbox, stopping.Token);
        bulk.Start(inbox, stopping.Token);
        return Task.Run(() => accepting.RunAsync(listening, stopping.Token));
    }

    /// <summary>The receiver takes sender, receiver and incarnation from the hello, so they must be the hello's.</summary>
    private bool IsOwn(MemberId to, PeerMessage message) =>
        message switch
        {
            Consensus(var raft) => raft.From == options.Self && raft.To == to && raft.Incarnation == options.Incarnation,
            Ballot(var voting) => voting.From == options.Self && voting.To == to,
            _ => true,
        };

    private void Complain(OutboundPeer peer, MemberId to, PeerMessage message, Exception? defect)
    {
        var kind = message switch
        {
            Consensus(var raft) => raft.GetType().Name,
            Ballot(var voting) => voting.GetType().Name,
            _ => message.GetType().Name,
        };
        if (!throttle.Allows($"send {to} {kind}"))
        {
            return;
        }

        if (defect is null && IsOwn(to, message))
        {
            logger.LogWarning(
                "A {Kind} to peer {Peer} was not sent: it is over the frame size of {Limit} bytes. "
                + "Raise limits.frame-size on all members, or ask for less at once.",
                kind, peer.Name, options.FrameSizeBytes);
        }
        else
        {
            logger.LogError(
                defect,
                "A {Kind} to peer {Peer} was not sent: it is malformed, or names another sender or receiver.",
                kind, peer.Name);
        }
    }
}
