using ActorQuorum.Transport;

namespace ActorQuorum.Akka.Remoting;

/// <summary>
/// What a member may say to this one, from one accepted hello to the loss of the connection. Akka.Remote reads on however busy a node is;
/// so it is the sender that stops at the credit, and whoever does not breaks the protocol.
/// </summary>
internal sealed class InboundSession(ulong number, PeerRoute route, string name, int frameSizeBytes, Credit limit, Action<InboundSession> settle)
{
    private long _handledMessages;
    private long _handledBytes;
    private long _toldMessages;
    private long _toldBytes;
    private int _isSettling;

    /// <summary>Its number, known to the two members alone.</summary>
    public ulong Number => number;

    /// <summary>Who speaks, as the hello said.</summary>
    public PeerRoute Route => route;

    /// <summary>The member's name.</summary>
    public string Name => name;

    /// <summary>The largest frame.</summary>
    public int FrameSizeBytes => frameSizeBytes;

    /// <summary>How many frames arrived: the number that the next one must bear. For the transport's actor alone.</summary>
    public long Arrived { get; private set; }

    /// <summary>The bytes that arrived. For the transport's actor alone.</summary>
    public long ArrivedBytes { get; private set; }

    /// <summary>All that was handled so far.</summary>
    public Credit Handled => new(Interlocked.Read(ref _handledMessages), Interlocked.Read(ref _handledBytes));

    /// <summary>Whether the sender does not know yet of all that was handled. For the transport's actor alone.</summary>
    public bool HasNews => Interlocked.Read(ref _handledMessages) != _toldMessages;

    /// <summary>Takes note of a frame.</summary>
    /// <returns>The credit to hand on with it, or null if the sender went beyond its own.</returns>
    public IInboundCredit? Take(int sizeBytes)
    {
        var handled = Handled;
        var heldMessages = Arrived - handled.Messages;
        if (heldMessages >= limit.Messages || (heldMessages > 0 && ArrivedBytes - handled.SizeBytes + sizeBytes > limit.SizeBytes)) return null;
        Arrived++;
        ArrivedBytes += sizeBytes;
        return new FrameCredit(this, sizeBytes);
    }

    /// <summary>The sender is told now. For the transport's actor alone.</summary>
    public Credit Tell()
    {
        Volatile.Write(ref _isSettling, 0);
        var handled = Handled;
        Volatile.Write(ref _toldMessages, handled.Messages);
        Volatile.Write(ref _toldBytes, handled.SizeBytes);
        return handled;
    }

    private void Release(int sizeBytes)
    {
        var bytes = Interlocked.Add(ref _handledBytes, sizeBytes);
        var messages = Interlocked.Increment(ref _handledMessages);

        // The rest is told with the next tick of the transport.
        var isWorthTelling = messages - Volatile.Read(ref _toldMessages) > limit.Messages / 4
            || bytes - Volatile.Read(ref _toldBytes) > limit.SizeBytes / 4;
        if (isWorthTelling && Interlocked.Exchange(ref _isSettling, 1) == 0) settle(this);
    }

    private sealed class FrameCredit(InboundSession session, int sizeBytes) : IInboundCredit
    {
        private InboundSession? _session = session;

        // A second release of the same message changes nothing.
        public void Release() => Interlocked.Exchange(ref _session, null)?.Release(sizeBytes);
    }
}
