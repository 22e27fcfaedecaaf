using System.Net.Sockets;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Transport;

/// <summary>One live connection that a member dialled: the loop that reads its frames and delivers them while there is credit.</summary>
internal sealed class InboundConnection(Socket socket, FrameReader reader, PeerRoute route, string name, PeerTransportOptions options)
{
    private readonly InboundCredits credits = new(options.QueueMessages, options.QueueSizeBytes);
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? closedBecause;

    /// <summary>The member at the other end.</summary>
    public MemberId From => route.From;

    /// <summary>Its name, as its hello gave it.</summary>
    public string Name => name;

    /// <summary>Whether it is the one beside the member's own.</summary>
    public bool IsBulk { get; init; }

    /// <summary>Its data directory.</summary>
    public ulong Incarnation => route.Incarnation;

    /// <summary>Completes once nothing more is delivered and the loss was told.</summary>
    public Task Ended => ended.Task;

    /// <summary>Reads until the connection ends; throws what ended it, if it was not closed from this side.</summary>
    public async Task ReadAsync(IPeerInbox inbox)
    {
        reader.LimitBytes = options.FrameSizeBytes;
        try
        {
            while (await reader.ReadAsync().ConfigureAwait(false) is { } frame)
            {
                var message = PeerCodec.Read(frame.Span, route);
                if (await credits.TakeAsync(frame.Length).ConfigureAwait(false) is not { } credit)
                {
                    break;
                }

                inbox.Deliver(route.From, message, credit);
            }
        }
        catch (Exception e) when (closedBecause is not null && e is SocketException or ObjectDisposedException)
        {
            // The socket was closed under the read: that is how it ends.
        }
    }

    /// <summary>Ends the connection; the first reason stands.</summary>
    public void Close(string reason)
    {
        if (Interlocked.CompareExchange(ref closedBecause, reason, null) is null)
        {
            credits.Close();
            socket.Dispose();
        }
    }

    /// <summary>Tells a successor that it may deliver.</summary>
    public void End() => ended.TrySetResult();
}
