namespace ActorQuorum.Transport;

/// <summary>
/// Bounds what one connection has delivered and the node has not handled, in messages and in bytes. Its read loop waits for credit,
/// TCP's window fills, and the sender's queue: a slow actor slows its peers down instead of filling memory.
/// </summary>
internal sealed class InboundCredits(int messages, long sizeBytes)
{
    private readonly Lock gate = new();
    private int heldMessages;
    private long heldBytes;
    private long wantedBytes;
    private TaskCompletionSource<IInboundCredit?>? waiter;
    private bool isClosed;

    /// <summary>Takes credit for one message, or waits until there is some. One caller at a time.</summary>
    /// <returns>The credit, or null once closed.</returns>
    public ValueTask<IInboundCredit?> TakeAsync(int messageBytes)
    {
        lock (gate)
        {
            if (isClosed)
            {
                return ValueTask.FromResult<IInboundCredit?>(null);
            }

            if (Fits(messageBytes))
            {
                return ValueTask.FromResult<IInboundCredit?>(Grant(messageBytes));
            }

            wantedBytes = messageBytes;
            waiter = new TaskCompletionSource<IInboundCredit?>(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask<IInboundCredit?>(waiter.Task);
        }
    }

    /// <summary>Ends the waiting; credits still out may be released later or never.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
            waiter?.TrySetResult(null);
            waiter = null;
        }
    }

    // Alone, any message fits: it is bounded by the frame size.
    private bool Fits(long bytes) => heldMessages == 0 || (heldMessages < messages && heldBytes + bytes <= sizeBytes);

    private Credit Grant(long bytes)
    {
        heldMessages++;
        heldBytes += bytes;
        return new Credit(this, bytes);
    }

    private void Return(long bytes)
    {
        lock (gate)
        {
            heldMessages--;
            heldBytes -= bytes;
            if (waiter is not null && Fits(wantedBytes))
            {
                waiter.TrySetResult(Grant(wantedBytes));
                waiter = null;
            }
        }
    }

    private sealed class Credit(InboundCredits owner, long bytes) : IInboundCredit
    {
        private InboundCredits? owner = owner;

        // A second release of the same message changes nothing.
        public void Release() => Interlocked.Exchange(ref owner, null)?.Return(bytes);
    }
}
