using System.Net;
using System.Net.Sockets;

namespace ActorQuorum.EndToEnd.Tests.Harness;

/// <summary>A client address where something is wrong: nothing ever answers, or the connection breaks once a certain request has passed.</summary>
internal sealed class BrokenServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _cuts;

    private BrokenServer(Func<Socket, CancellationToken, Task> serve)
    {
        _listener.Start();
        _serving = ServeAsync(serve);
    }

    public string Address => _listener.LocalEndpoint.ToString()!;

    /// <summary>How often the connection was broken.</summary>
    public int Cuts => Volatile.Read(ref _cuts);

    /// <summary>Accepts connections and never says a word.</summary>
    public static BrokenServer Silent() => new((client, stop) => PassAsync(client, null, null, stop));

    /// <summary>Passes everything on to a node, until a request with this path has passed: then the connection breaks.</summary>
    public static BrokenServer CuttingAfter(string path, string nodeAddress)
    {
        BrokenServer? self = null;
        self = new BrokenServer(async (client, stop) =>
        {
            using var node = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await node.ConnectAsync(IPEndPoint.Parse(nodeAddress), stop);
            var answers = PassAsync(node, client, null, stop);
            if (await PassAsync(client, node, System.Text.Encoding.ASCII.GetBytes(path), stop)) Interlocked.Increment(ref self!._cuts);
            client.Close(0);
            await answers;
        });
        return self;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _serving;
        _stop.Dispose();
    }

    /// <summary>Passes bytes on; true if it ended because of the text.</summary>
    private static async Task<bool> PassAsync(Socket from, Socket? to, byte[]? until, CancellationToken stop)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer.AsMemory(), stop) is > 0 and var count)
            {
                if (to is not null) await to.SendAsync(buffer.AsMemory(0, count), stop);
                if (until is not null && buffer.AsSpan(0, count).IndexOf(until) >= 0) return true;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One side has gone, and so the other goes.
        }

        return false;
    }

    private async Task ServeAsync(Func<Socket, CancellationToken, Task> serve)
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                _ = ServeOneAsync(client, serve);
            }
        }
        catch (OperationCanceledException)
        {
            // The test ends.
        }
    }

    private async Task ServeOneAsync(Socket client, Func<Socket, CancellationToken, Task> serve)
    {
        using (client)
        {
            try
            {
                await serve(client, _stop.Token);
            }
            catch (OperationCanceledException)
            {
                // The test ends.
            }
        }
    }
}
