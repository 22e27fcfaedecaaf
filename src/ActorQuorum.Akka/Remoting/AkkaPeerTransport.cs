using System.Collections.Concurrent;
using ActorQuorum.Akka.Hosting;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Akka.Remoting;

/// <summary>Peers over Akka.Remote (docs/akka.md): the frames of docs/wire.md, between actors of the systems' own.</summary>
internal sealed class AkkaPeerTransport : IPeerTransport
{
    /// <summary>The name of the transport's actor, below the node's.</summary>
    public const string ActorName = "peers";

    /// <summary>The one path that untrusted mode need trust.</summary>
    public const string TrustedPath = $"/user/{AkkaHost.Name}/{ActorName}";

    private readonly AkkaHost _host;
    private readonly PeerTransportOptions _options;
    private readonly ILogger _logger;
    private readonly LogThrottle _throttle;
    private readonly ConcurrentDictionary<MemberId, RemotePeer> _peers;
    private volatile IActorRef? _actor;

    /// <summary>Makes the transport; it does nothing before it is started.</summary>
    public AkkaPeerTransport(AkkaHost host, PeerTransportOptions options, ILogger logger)
    {
        options.Validate();
        _host = host;
        _options = options;
        _logger = logger;
        _throttle = new(options.Time, options.WarningPeriod);
        _peers = new(options.Peers.Select(peer => KeyValuePair.Create(peer.Key, PeerOf(peer.Key, peer.Value))));
    }

    /// <inheritdoc/>
    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken)
    {
        _actor = _host.StartTransport(
            Props.Create(() => new PeersActor(_host, _options, _peers, inbox, new PeerLog(_logger, _throttle, _options.Name))), ActorName);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Send(MemberId to, PeerMessage message)
    {
        if (!_peers.TryGetValue(to, out var peer) || peer.Outbound is not { } session) return false;
        if (PeerCodec.TryMeasure(message, _options.FrameSizeBytes, out var measured)) return session.TrySend(measured);
        if (_throttle.Allows($"send {to}"))
        {
            _logger.LogWarning(
                "A {Kind} to peer {Peer} was not sent: it is over the frame size of {Limit} bytes. Raise limits.frame-size on all members, or ask for less at once.",
                message is Consensus(var raft) ? raft.GetType().Name : message.GetType().Name, peer.Name, _options.FrameSizeBytes);
        }

        return false;
    }

    /// <inheritdoc/>
    public void Connect(MemberId peer, PeerAddress address)
    {
        if (peer.IsNone || peer == _options.Self) return;
        var known = _peers.GetValueOrDefault(peer);
        RemotePeer added;
        try
        {
            added = PeerOf(peer, address);
        }
        catch (ArgumentException e)
        {
            _logger.LogWarning("Peer {Peer} cannot be reached: {Reason}", address.Name, e.Message);
            return;
        }

        if (known is not null && known.Address.Equals(added.Address)) return;
        _peers[peer] = added;
        if (known is not null) Part(known, "it moved");
    }

    /// <inheritdoc/>
    public void Disconnect(MemberId peer)
    {
        if (_peers.TryRemove(peer, out var former)) Part(former, "it is no peer any more");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_actor is null) return;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _actor.Tell(new StopPeers(stopped), ActorRefs.NoSender);

        // A host that failed has stopped the actor by itself.
        await Task.WhenAny(stopped.Task, _host.Emptied).ConfigureAwait(false);
    }

    /// <summary>No send succeeds in its sessions from here on; the actor ends them.</summary>
    private void Part(RemotePeer former, string reason)
    {
        former.Outbound?.Close();
        _actor?.Tell(new PartFromPeer(former, reason), ActorRefs.NoSender);
    }

    private RemotePeer PeerOf(MemberId id, PeerAddress peer)
    {
        var at = HostAndPort.Parse(peer.Address);
        var system = (ExtendedActorSystem)_host.System;
        var address = new Address(system.Provider.DefaultAddress.Protocol, system.Name, at.Host, at.Port);
        var path = new RootActorPath(address) / "user" / AkkaHost.Name / ActorName;
        return new(id, peer.Name, address)
        {
            Actor = system.Provider.ResolveActorRef(path.ToString()),
            Selection = system.ActorSelection(path),
        };
    }
}
