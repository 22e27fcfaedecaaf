using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ActorQuorum.Transport;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Remote.Transport;

namespace ActorQuorum.Akka.Remoting;

/// <summary>
/// A transport for Akka.Remote in which both sides prove who they are. Akka's own TLS, up to the 1.5.30 that this was written against,
/// asks no certificate of whoever dials: it hides the members' words from others, and keeps nobody out.
/// </summary>
internal sealed class MutualTlsTransport : global::Akka.Remote.Transport.Transport, IDisposable
{
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);
    private readonly TlsIdentity _identity;
    private readonly string _host;
    private readonly int _port;
    private readonly TimeSpan _patience;
    private readonly ILoggingAdapter _log;
    private readonly ConcurrentDictionary<TlsAssociation, bool> _open = new();
    private readonly CancellationTokenSource _stopping = new();
    private Address? _local;

    /// <summary>As Akka makes it, from its section of the configuration.</summary>
    public MutualTlsTransport(ActorSystem system, Config config)
    {
        System = system;
        Config = config;
        SchemeIdentifier = "tls";
        MaximumPayloadBytes = config.GetByteSize("maximum-frame-size") ?? 0;
        _host = config.GetString("hostname");
        _port = config.GetInt("port");
        _patience = config.GetTimeSpan("connection-timeout");
        _identity = TlsIdentity.Load(config);
        _log = global::Akka.Event.Logging.GetLogger(system, typeof(MutualTlsTransport));
    }

    /// <inheritdoc/>
    public override bool IsResponsibleFor(Address remote) => true;

    /// <inheritdoc/>
    public override async Task<(Address, TaskCompletionSource<IAssociationEventListener>)> Listen()
    {
        var listening = await PeerSockets.ListenAsync(new HostAndPort(_host, _port), _stopping.Token).ConfigureAwait(false);
        _local = new Address(SchemeIdentifier, System.Name, _host, ((IPEndPoint)listening.LocalEndPoint!).Port);
        var listener = new TaskCompletionSource<IAssociationEventListener>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = AcceptAsync(listening, listener.Task);
        return (_local, listener);
    }

    /// <inheritdoc/>
    public override async Task<AssociationHandle> Associate(Address remoteAddress)
    {
        using var dialling = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        dialling.CancelAfter(_patience);
        var at = new HostAndPort(remoteAddress.Host, remoteAddress.Port ?? 0);
        var socket = await PeerSockets.DialAsync(at, 0, _patience, dialling.Token).ConfigureAwait(false);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            await stream.AuthenticateAsClientAsync(_identity.ForDialler(remoteAddress.Host), dialling.Token).ConfigureAwait(false);
            return Open(stream, remoteAddress);
        }
        catch (Exception cause)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw new InvalidAssociationException($"{remoteAddress} and this system did not accept each other's certificates: {cause.Message}", cause);
        }
    }

    /// <inheritdoc/>
    public override async Task<bool> Shutdown()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (var association in _open.Keys) association.Close(DisassociateInfo.Shutdown);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task AcceptAsync(Socket listening, Task<IAssociationEventListener> whenReady)
    {
        using var held = listening;
        var listener = await whenReady.ConfigureAwait(false);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                _ = GreetAsync(await listening.AcceptAsync(_stopping.Token).ConfigureAwait(false), listener);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException cause)
            {
                // Out of descriptors, or a caller that left before it was accepted: the next one may do better.
                _log.Warning("a connection could not be accepted: {0}; accepting on", cause.Message);
                await Task.Delay(AcceptPause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task GreetAsync(Socket socket, IAssociationEventListener listener)
    {
        var caller = (IPEndPoint?)socket.RemoteEndPoint;
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        try
        {
            PeerSockets.Tune(socket, _patience);
            using var greeting = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            greeting.CancelAfter(_patience);
            await stream.AuthenticateAsServerAsync(_identity.ForListener(), greeting.Token).ConfigureAwait(false);
            listener.Notify(new InboundAssociation(Open(stream, new Address(SchemeIdentifier, System.Name, $"{caller?.Address}", caller?.Port))));
        }
#pragma warning disable CA1031 // Whatever a stranger does in its handshake ends its connection and nothing else.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            _log.Warning("a connection from {0} was closed: it proved no membership ({1})", caller, cause.Message);
        }
    }

    private TlsAssociation Open(SslStream stream, Address remote)
    {
        var association = new TlsAssociation(stream, _local!, remote, (int)MaximumPayloadBytes, ended => _open.TryRemove(ended, out _));
        _open.TryAdd(association, true);
        if (_stopping.IsCancellationRequested) association.Close(DisassociateInfo.Shutdown);
        return association;
    }
}
