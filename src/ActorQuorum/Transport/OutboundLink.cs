using System.Net.Sockets;
using System.Threading.Channels;

namespace ActorQuorum.Transport;

/// <summary>One live connection that this node dialled: its bounded queue, and the loop that drains it into few large writes.</summary>
internal sealed class OutboundLink : IDisposable
{
    // Progress is seen in pieces of this size: a write larger than the kernel's buffers is not stalled while it trickles.
    private const int ChunkBytes = 64 << 10;

    private readonly Socket socket;
    private readonly PeerTransportOptions options;
    private readonly ITimer stall;
    private readonly FrameBatch batch = new();
    private readonly Channel<MeasuredMessage> queue = Channel.CreateUnbounded<MeasuredMessage>(
        new UnboundedChannelOptions { SingleReader = true, AllowSynchronousContinuations = false });

    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isFinishing;
    private int waitingMessages;
    private long waitingBytes;
    private string? closedBecause;

    /// <summary>Takes over a connected socket whose hello was accepted.</summary>
    public OutboundLink(Socket socket, PeerTransportOptions options)
    {
        this.socket = socket;
        this.options = options;
        stall = options.Time.CreateTimer(
            static link => ((OutboundLink)link!).Close("a write made no progress"),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many messages wait to be written.</summary>
    public int WaitingMessages => Volatile.Read(ref waitingMessages);

    /// <summary>How many bytes they take.</summary>
    public long WaitingBytes => Interlocked.Read(ref waitingBytes);

    /// <summary>Queues a message; false, and certainly not sent, if the queue is full or the connection closed.</summary>
    public bool TrySend(MeasuredMessage message)
    {
        var size = message.SizeBytes;
        if (Interlocked.Increment(ref waitingMessages) <= options.QueueMessages
            & Interlocked.Add(ref waitingBytes, size) <= options.QueueSizeBytes + PeerCodec.PrefixBytes
            && queue.Writer.TryWrite(message))
        {
            return true;
        }

        Forget(size);
        return false;
    }

    /// <summary>Writes what is queued until the connection ends.</summary>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync()
    {
        await Task.WhenAll(GuardAsync(WriteAsync), GuardAsync(WatchAsync)).ConfigureAwait(false);
        return closedBecause!;
    }

    /// <summary>No message is taken any more; what is queued is sent, and the connection ends once the peer has read it all and closed it.</summary>
    public void Finish()
    {
        isFinishing = true;
        queue.Writer.TryComplete();
    }

    /// <summary>Ends the connection; the first reason stands. What was queued and not written is dropped.</summary>
    public void Close(string reason)
    {
        if (Interlocked.CompareExchange(ref closedBecause, reason, null) is null)
        {
            queue.Writer.TryComplete();
            socket.Dispose();
            closed.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close("closed");
        stall.Dispose();
        batch.Dispose();
    }

    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Close(e.Message);
        }
        finally
        {
            Close("a defect ended it");
        }
    }

    private async Task WriteAsync()
    {
        while (await queue.Reader.WaitToReadAsync().ConfigureAwait(false) && closedBecause is null)
        {
            while (queue.Reader.TryPeek(out var next) && batch.TryAdd(next))
            {
                queue.Reader.TryRead(out _);
                Forget(next.SizeBytes);
            }

            await SendAsync(batch.Written).ConfigureAwait(false);
            batch.Clear();
        }

        if (isFinishing && closedBecause is null)
        {
            // The peer closes its end when it has read up to this one: so it is known that it has.
            socket.Shutdown(SocketShutdown.Send);
            stall.Change(options.StallTimeout, Timeout.InfiniteTimeSpan);
            await closed.Task.ConfigureAwait(false);
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var send = socket.SendAsync(bytes[..Math.Min(ChunkBytes, bytes.Length)], SocketFlags.None);
            if (send.IsCompleted)
            {
                bytes = bytes[await send.ConfigureAwait(false)..];
                continue;
            }

            stall.Change(options.StallTimeout, Timeout.InfiniteTimeSpan);
            bytes = bytes[await send.ConfigureAwait(false)..];
            stall.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Nothing comes on this connection: a read that ends means the peer closed it, at once and not at the next write.</summary>
    private async Task WatchAsync()
    {
        var received = await socket.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.None).ConfigureAwait(false);
        Close(received == 0 ? "the peer closed it" : "the peer sent bytes where it may only listen");
    }

    private void Forget(int sizeBytes)
    {
        Interlocked.Decrement(ref waitingMessages);
        Interlocked.Add(ref waitingBytes, -sizeBytes);
    }
}
