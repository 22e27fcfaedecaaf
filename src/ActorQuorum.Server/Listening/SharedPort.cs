using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace ActorQuorum.Server.Listening;

/// <summary>
/// One port for gRPC and for plain HTTP. Without TLS nothing negotiates the protocol, and a Kestrel endpoint speaks one of the two; so this
/// transport listens once, looks at each connection's first bytes, and hands it to the HTTP/2 endpoint (the address) or to the HTTP/1
/// endpoint (<see cref="Http1EndPoint"/>).
/// </summary>
/// <param name="sockets">What listens at the address.</param>
/// <param name="mostConnections">The most connections at once, of both protocols; more are closed.</param>
/// <param name="patience">How long a connection may take for its first line: one that says nothing holds a place.</param>
/// <param name="time">Measures the patience.</param>
internal sealed class SharedPort(IConnectionListenerFactory sockets, int mostConnections, TimeSpan patience, TimeProvider time)
    : IConnectionListenerFactory, IDisposable
{
    private readonly Channel<ConnectionContext> _http1 = Channel.CreateUnbounded<ConnectionContext>();
    private readonly Channel<ConnectionContext> _http2 = Channel.CreateUnbounded<ConnectionContext>();
    private readonly CancellationTokenSource _stopping = new();
    private int _connections;

    /// <summary>How many connections there are now.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        if (endpoint is Http1EndPoint)
        {
            return new HandedConnections(endpoint, _http1, () => ValueTask.CompletedTask, () => ValueTask.CompletedTask);
        }

        var listener = await sockets.BindAsync(endpoint, cancellationToken);
        var sorting = SortAllAsync(listener);
        return new HandedConnections(listener.EndPoint, _http2, UnbindAsync, listener.DisposeAsync);

        async ValueTask UnbindAsync()
        {
            await _stopping.CancelAsync();
            await listener.UnbindAsync(CancellationToken.None);
            await sorting;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task SortAllAsync(IConnectionListener listener)
    {
        Exception? failure = null;
        try
        {
            while (await listener.AcceptAsync() is { } connection)
            {
                _ = SortAsync(connection);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The socket listens no more: both endpoints learn why, and say so in the log.
            failure = _stopping.IsCancellationRequested ? null : e;
        }

        _http1.Writer.TryComplete(failure);
        _http2.Writer.TryComplete(failure);
    }

    private async Task SortAsync(ConnectionContext connection)
    {
        if (TryCount(connection) && await IsHttp2Async(connection) is { } isHttp2
            && (isHttp2 ? _http2 : _http1).Writer.TryWrite(connection))
        {
            return;
        }

        connection.Abort();
        await connection.DisposeAsync();
    }

    private bool TryCount(ConnectionContext connection)
    {
        var isWithin = Interlocked.Increment(ref _connections) <= mostConnections;
        connection.ConnectionClosed.UnsafeRegister(static port => Interlocked.Decrement(ref ((SharedPort)port!)._connections), this);
        return isWithin;
    }

    private async ValueTask<bool?> IsHttp2Async(ConnectionContext connection)
    {
        using var deadline = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        try
        {
            return await HttpPreface.IsHttp2Async(connection.Transport.Input, either.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // It said too little in time, or went away: nobody is owed an answer.
            return null;
        }
    }
}
