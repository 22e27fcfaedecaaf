using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using ActorQuorum.Core.Raft;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport;

/// <summary>Peers over a user's transport: our messages as frames of theirs, and every check that a connection's hello makes over TCP made for each frame.</summary>
internal sealed class FramePeerTransport : IPeerTransport, IFrameReceiver
{
    private readonly PeerTransportOptions _options;
    private readonly IFrameTransport _frames;
    private readonly ILogger _logger;
    private readonly LogThrottle _throttle;
    private readonly ConcurrentDictionary<MemberId, FramePeer> _peers = new();
    private readonly ulong _session = Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong))));
    private volatile IPeerInbox? _inbox;
    private volatile bool _isDisposed;

    /// <summary>Makes the transport; it does nothing before it is started.</summary>
    public FramePeerTransport(PeerTransportOptions options, Func<FrameTransportContext, IFrameTransport> make, ILogger logger)
    {
        options.Validate();
        _options = options;
        _logger = logger;
        _throttle = new(options.Time, options.WarningPeriod);
        _frames = make(new(options.ClusterId, options.Self, options.Listen, LimitBytes));
        foreach (var (id, address) in options.Peers) Connect(id, address);
    }

    private int LimitBytes => FrameEnvelope.SizeBytes + PeerCodec.PrefixBytes + _options.FrameSizeBytes;

    /// <inheritdoc/>
    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken)
    {
        _inbox = inbox;
        return _frames.StartAsync(this, cancellationToken);
    }

    /// <inheritdoc/>
    public bool Send(MemberId to, PeerMessage message) => Send(to, message, FrameLane.Main);

    /// <inheritdoc/>
    public bool SendBulk(MemberId to, PeerMessage message) => Send(to, message, FrameLane.Bulk);

    /// <inheritdoc/>
    public void Connect(MemberId peer, PeerAddress address)
    {
        if (peer.IsNone || peer == _options.Self) return;
        var known = _peers.GetOrAdd(peer, id => new FramePeer(id, address, _options.QueueMessages, _options.QueueSizeBytes));
        known.Address = address;
        _frames.Connect(peer, address.Address);
    }

    /// <inheritdoc/>
    public void Disconnect(MemberId peer)
    {
        if (!_peers.TryRemove(peer, out var known)) return;
        known.Dispose();
        _frames.Disconnect(peer);
        _inbox?.ConnectionLost(peer);
    }

    /// <inheritdoc/>
    public PeerConnection Look(MemberId peer) => new(peer, _peers.ContainsKey(peer), 0, 0);

    /// <inheritdoc/>
    public async ValueTask ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        if (_isDisposed || _inbox is not { } inbox) return;
        if (Check(frame.Span, out var envelope) is { } problem)
        {
            var isForeign = envelope.ClusterId != 0 && envelope.ClusterId != _options.ClusterId;
            Refuse(problem, isForeign ? LogThrottle.ForeignPeriods : 1);
            return;
        }

        if (!_peers.TryGetValue(envelope.From, out var peer))
        {
            LetIn(inbox, envelope.From);
            return;
        }

        await peer.EnterAsync(envelope.Lane, cancellationToken).ConfigureAwait(false);
        try
        {
            await DeliverAsync(inbox, peer, envelope, frame).ConfigureAwait(false);
        }
        finally
        {
            peer.Leave(envelope.Lane);
        }
    }

    /// <inheritdoc/>
    public void Lost(MemberId member)
    {
        if (_peers.ContainsKey(member)) _inbox?.ConnectionLost(member);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        foreach (var peer in _peers.Values) peer.Dispose();
        await _frames.DisposeAsync().ConfigureAwait(false);
    }

    private bool Send(MemberId to, PeerMessage message, FrameLane lane)
    {
        if (_isDisposed || !_peers.TryGetValue(to, out var peer)) return false;
        if (!PeerCodec.TryMeasure(message, _options.FrameSizeBytes, out var measured))
        {
            Warn($"large {to}", "A {Kind} to peer {Peer} was not sent: it is over the frame size of {Limit} bytes. Raise limits.frame-size on all members, or ask for less at once.",
                KindOf(message), peer.Address.Name, _options.FrameSizeBytes);
            return false;
        }

        var frame = new byte[FrameEnvelope.SizeBytes + measured.SizeBytes];
        PeerCodec.Write(measured, frame.AsSpan(FrameEnvelope.SizeBytes));
        lock (peer.SendGate)
        {
            new FrameEnvelope(_options.ClusterId, _options.Self, to, _options.Incarnation, _session, peer.NextNumber(lane), lane).Write(frame);
            return Send(peer, lane, frame);
        }
    }

    private bool Send(FramePeer peer, FrameLane lane, byte[] frame)
    {
        try
        {
            return _frames.Send(peer.Id, lane, frame);
        }
#pragma warning disable CA1031 // A transport must not throw; that of another's making does not stop the node by it.
        catch (Exception defect)
#pragma warning restore CA1031
        {
            // The frame may be under way: to say that it is not could have a command applied twice. As lost it is safe.
            if (_throttle.Allows($"defect {peer.Id}"))
                _logger.LogError(defect, "The transport threw on a frame to peer {Peer}, which it must not; the frame counts as lost.", peer.Address.Name);
            return true;
        }
    }

    /// <summary>The checks of a hello, in its order; null, or what is wrong.</summary>
    private string? Check(ReadOnlySpan<byte> frame, out FrameEnvelope envelope)
    {
        envelope = default;
        if (frame.Length > LimitBytes) return $"a frame of {frame.Length} bytes is over the limit of {LimitBytes}";
        try
        {
            envelope = FrameEnvelope.Read(frame);
        }
        catch (PeerProtocolException e)
        {
            return e.Message;
        }

        return envelope.ClusterId != _options.ClusterId ? $"it is of cluster {envelope.ClusterId:x}, this node of {_options.ClusterId:x}"
            : envelope.To != _options.Self ? $"it is for member {envelope.To}, and this is {_options.Self}"
            : envelope.From == _options.Self ? "its sender says that it is this node: two nodes may run under one name"
            : !_peers.ContainsKey(envelope.From) && _options.LetsCallersIn?.Invoke() != true ? "its sender is no member that this node knows"
            : envelope.Incarnation == 0 ? "it bears no incarnation"
            : null;
    }

    private async Task DeliverAsync(IPeerInbox inbox, FramePeer peer, FrameEnvelope envelope, ReadOnlyMemory<byte> frame)
    {
        var body = frame[FrameEnvelope.SizeBytes..];
        PeerMessage message;
        try
        {
            message = Read(body.Span, new(envelope.From, envelope.To, envelope.Incarnation));
        }
        catch (PeerProtocolException e)
        {
            Refuse(e.Message);
            return;
        }

        if (!peer.IsNext(envelope, out var isNewSession)) return;
        if (isNewSession) inbox.ConnectionLost(peer.Id);
        if (await peer.TakeCreditAsync(envelope.Lane, body.Length).ConfigureAwait(false) is { } credit)
            inbox.Deliver(peer.Id, message, credit);
    }

    /// <summary>This frame is lost, but the next one is heard. Where its sender is only the transport can know, until the log says.</summary>
    private static void LetIn(IPeerInbox inbox, MemberId caller) => inbox.Called(caller, new(caller.ToString(), ""));

    private static PeerMessage Read(ReadOnlySpan<byte> body, PeerRoute route)
    {
        if (body.Length < PeerCodec.PrefixBytes || BinaryPrimitives.ReadUInt32LittleEndian(body) != body.Length - PeerCodec.PrefixBytes)
            throw new PeerProtocolException("its length is not what it says: it was cut, or two were joined");
        return PeerCodec.Read(body[PeerCodec.PrefixBytes..], route);
    }

    private static string KindOf(PeerMessage message) => message is Consensus(var raft) ? raft.GetType().Name : message.GetType().Name;

    private void Refuse(string problem, int periods = 1)
    {
        if (_throttle.Allows($"refused {problem[..Math.Min(problem.Length, 20)]}", periods)) _logger.LogWarning("A frame was dropped: {Problem}.", problem);
    }

    private void Warn(string key, string message, params object?[] arguments)
    {
        if (_throttle.Allows(key)) _logger.LogWarning(message, arguments);
    }
}
