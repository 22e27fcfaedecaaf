using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Transport.Discovery;

/// <summary>Broadcast over UDP and IPv4. Any number of nodes on one machine share the port, and each hears every datagram.</summary>
internal sealed class UdpBroadcast : IBroadcast
{
    private static readonly TimeSpan FailurePause = TimeSpan.FromMilliseconds(200);

    private readonly IPEndPoint target;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly LogThrottle throttle;
    private readonly CancellationTokenSource stopping = new();
    private Socket? socket;
    private Task running = Task.CompletedTask;

    /// <summary>Makes it; it opens no port before it is started.</summary>
    /// <param name="target">The broadcast address, and the port to send to and to hear on.</param>
    /// <param name="time">The clock of its pauses.</param>
    /// <param name="logger">The log.</param>
    /// <param name="throttle">Bounds its warnings.</param>
    public UdpBroadcast(IPEndPoint target, TimeProvider time, ILogger logger, LogThrottle throttle)
    {
        this.target = target;
        this.time = time;
        this.logger = logger;
        this.throttle = throttle;
    }

    /// <inheritdoc/>
    public void Start(IBroadcastInbox inbox)
    {
        socket = Open(target);
        running = Task.Run(() => HearAsync(socket, inbox));
    }

    /// <inheritdoc/>
    public void Send(ReadOnlyMemory<byte> datagram)
    {
        try
        {
            if (socket is not null && !stopping.IsCancellationRequested)
            {
                // A datagram goes into the kernel's buffer or is refused; it waits for nobody.
                socket.SendTo(datagram.Span, SocketFlags.None, target);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            if (!stopping.IsCancellationRequested && throttle.Allows("broadcast"))
            {
                logger.LogWarning(
                    "Looking for other nodes at {Target} fails: {Reason}. Is a network up that has this broadcast address? Trying on.",
                    target, e.Message);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (stopping.IsCancellationRequested)
        {
            return;
        }

        await stopping.CancelAsync().ConfigureAwait(false);
        socket?.Dispose();
        await running.ConfigureAwait(false);
        stopping.Dispose();
    }

    private static Socket Open(IPEndPoint target)
    {
        var opened = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // On Linux every socket bound so gets each broadcast. Bound to any address: one bound to an interface hears no broadcast there.
            opened.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            opened.EnableBroadcast = true;
            opened.Bind(new IPEndPoint(IPAddress.Any, target.Port));
            return opened;
        }
        catch (SocketException e)
        {
            opened.Dispose();
            throw new IOException(
                e.SocketErrorCode == SocketError.AddressAlreadyInUse
                    ? $"Cannot listen for other nodes on UDP port {target.Port}: a process that does not share it listens there. "
                      + "Stop it, or give all nodes of this network another broadcast port."
                    : $"Cannot listen for other nodes on UDP port {target.Port}: {e.Message} ({e.SocketErrorCode}).",
                e);
        }
    }

    private async Task HearAsync(Socket hearing, IBroadcastInbox inbox)
    {
        // One byte more than allowed tells a datagram that is too large from one that just fits.
        var buffer = new byte[AnnouncementCodec.LimitBytes + 1];
        var anybody = new IPEndPoint(IPAddress.Any, 0);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var received = await hearing.ReceiveFromAsync(buffer, SocketFlags.None, anybody, stopping.Token).ConfigureAwait(false);
                inbox.Heard(buffer.AsSpan(0, received.ReceivedBytes), ((IPEndPoint)received.RemoteEndPoint).Address);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.MessageSize)
            {
                // Windows says so of what Linux just cuts.
                inbox.Heard(buffer, IPAddress.None);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                break;
            }
            catch (SocketException e)
            {
                if (!stopping.IsCancellationRequested && throttle.Allows("hear"))
                {
                    logger.LogWarning("Listening for other nodes fails: {Reason}. Trying on.", e.Message);
                }

                await Task.Delay(FailurePause, time, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
