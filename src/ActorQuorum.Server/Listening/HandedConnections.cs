using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace ActorQuorum.Server.Listening;

/// <summary>A listener whose connections come from a channel.</summary>
internal sealed class HandedConnections(
    EndPoint endPoint, Channel<ConnectionContext> connections, Func<ValueTask> unbind, Func<ValueTask> dispose) : IConnectionListener
{
    /// <inheritdoc/>
    public EndPoint EndPoint => endPoint;

    /// <inheritdoc/>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await connections.Reader.WaitToReadAsync(cancellationToken))
        {
            if (connections.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await unbind();
        connections.Writer.TryComplete();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await UnbindAsync();
        while (connections.Reader.TryRead(out var unclaimed))
        {
            unclaimed.Abort();
            await unclaimed.DisposeAsync();
        }

        await dispose();
    }
}
