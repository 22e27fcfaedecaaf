using System.Collections.Concurrent;
using ActorQuorum.Transport;

namespace ActorQuorum.Akka.Remoting;

/// <summary>
/// What this member may say to another, from an accepted hello to the loss of the connection: a bounded queue, drained into parcels of many
/// frames. Akka.Remote bounds nothing on its way and drops without a word; so what is under way is counted here until the peer has handled it.
/// </summary>
internal sealed class OutboundSession(ulong number, Credit limit, Action wantFlush)
{
    // Large enough that a parcel's own cost does not count, small enough that a heartbeat behind it does not wait.
    private const int ParcelBytes = 128 << 10;

    private readonly ConcurrentQueue<MeasuredMessage> _queue = new();
    private long _openMessages;
    private long _openBytes;
    private int _isFlushWanted;
    private volatile bool _isClosed;
    private Credit _handled;
    private long _sent;

    /// <summary>Its number.</summary>
    public ulong Number => number;

    /// <summary>When the peer was last seen to handle what it was sent, or was owed nothing. For the transport's actor alone.</summary>
    public long LastProgress { get; set; }

    /// <summary>Whether the peer has yet to handle something. For the transport's actor alone.</summary>
    public bool IsOwed => _sent > _handled.Messages;

    /// <summary>Queues a message; false, and certainly not sent, if too much is under way or the session has ended.</summary>
    public bool TrySend(MeasuredMessage message)
    {
        if (_isClosed) return false;
        var messages = Interlocked.Increment(ref _openMessages);
        var bytes = Interlocked.Add(ref _openBytes, message.SizeBytes);

        // Alone, any message fits: it is bounded by the frame size.
        if (messages > limit.Messages || (messages > 1 && bytes > limit.SizeBytes))
        {
            Settle(1, message.SizeBytes);
            return false;
        }

        _queue.Enqueue(message);
        if (Interlocked.Exchange(ref _isFlushWanted, 1) == 0) wantFlush();
        return true;
    }

    /// <summary>No message is taken any more.</summary>
    public void Close() => _isClosed = true;

    /// <summary>The peer has handled all up to here.</summary>
    /// <returns>Whether that can be.</returns>
    public bool Handled(Credit handled)
    {
        if (handled.Messages < _handled.Messages || handled.Messages > _sent || handled.SizeBytes < _handled.SizeBytes) return false;
        Settle(handled.Messages - _handled.Messages, handled.SizeBytes - _handled.SizeBytes);
        _handled = handled;
        return true;
    }

    /// <summary>Takes out what is queued, as parcels.</summary>
    public IEnumerable<OutgoingFrames> Drain()
    {
        Interlocked.Exchange(ref _isFlushWanted, 0);
        var batch = new List<MeasuredMessage>();
        var size = 0;
        while (_queue.TryDequeue(out var message))
        {
            if (size > 0 && size + message.SizeBytes > ParcelBytes)
            {
                yield return Pack(batch, size);
                batch.Clear();
                size = 0;
            }

            batch.Add(message);
            size += message.SizeBytes;
        }

        if (batch.Count > 0) yield return Pack(batch, size);
    }

    private OutgoingFrames Pack(List<MeasuredMessage> batch, int sizeBytes)
    {
        var bytes = new byte[QuorumSerializer.FramesHeadBytes + sizeBytes];
        var position = QuorumSerializer.FramesHeadBytes;
        foreach (var message in batch)
        {
            PeerCodec.Write(message, bytes.AsSpan(position));
            position += message.SizeBytes;
        }

        var first = _sent;
        _sent += batch.Count;
        return new(number, first, bytes);
    }

    private void Settle(long messages, long sizeBytes)
    {
        Interlocked.Add(ref _openMessages, -messages);
        Interlocked.Add(ref _openBytes, -sizeBytes);
    }
}
