using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ActorQuorum.Transport;

/// <summary>Sockets as peers need them.</summary>
internal static class PeerSockets
{
    private const int Backlog = 128;

    // Linux numbers: IPPROTO_TCP and TCP_USER_TIMEOUT.
    private const int LinuxTcp = 6;
    private const int LinuxUserTimeout = 18;

    /// <summary>Opens the listening socket.</summary>
    /// <exception cref="IOException">The address cannot be had; the text says what to do.</exception>
    public static async Task<Socket> ListenAsync(HostAndPort address, CancellationToken cancellationToken)
    {
        Socket? socket = null;
        try
        {
            var resolved = await address.ResolveAsync(cancellationToken).ConfigureAwait(false);

            // A name of several addresses listens on one of them; dialling tries them all.
            var chosen = Array.Find(resolved, a => a.AddressFamily == AddressFamily.InterNetwork) ?? resolved[0];
            socket = new Socket(chosen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);

            // On Unix .NET itself sets SO_REUSEADDR at Bind, so that connections of a previous run in TIME_WAIT do not hinder a quick
            // restart. Its own ReuseAddress option would add SO_REUSEPORT: two nodes could then share a port unnoticed. On Windows the
            // default lets another process steal the port; exclusive use forbids it.
            if (OperatingSystem.IsWindows())
            {
                socket.ExclusiveAddressUse = true;
            }

            socket.Bind(new IPEndPoint(chosen, address.Port));
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new IOException($"Cannot listen to peers on {address}: {Advice(e)}", e);
        }
    }

    /// <summary>Connects to the first address that answers; each attempt begins at another, since a silent one uses up all the time.</summary>
    public static async Task<Socket> DialAsync(
        HostAndPort address, int attempt, TimeSpan stallTimeout, CancellationToken cancellationToken)
    {
        SocketException? failure = null;
        var resolved = await address.ResolveAsync(cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < resolved.Length; i++)
        {
            var candidate = resolved[(attempt + i) % resolved.Length];
            var socket = new Socket(candidate.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                Tune(socket, stallTimeout);
                await socket.ConnectAsync(new IPEndPoint(candidate, address.Port), cancellationToken).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException e)
            {
                failure = e;
                socket.Dispose();
            }
            catch (OperationCanceledException)
            {
                socket.Dispose();
                throw;
            }
        }

        throw failure!;
    }

    /// <summary>No delay, and a dead peer is noticed: idle by keepalive, with unacknowledged data by the user timeout.</summary>
    public static void Tune(Socket socket, TimeSpan stallTimeout)
    {
        // Systems take no more than 127 probes.
        var seconds = (int)Math.Clamp(stallTimeout.TotalSeconds, 1, 100);
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, seconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, seconds);
        if (OperatingSystem.IsLinux())
        {
            Span<byte> milliseconds = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(milliseconds, (int)Math.Clamp(stallTimeout.TotalMilliseconds, 1, int.MaxValue));
            if (!BitConverter.IsLittleEndian)
            {
                milliseconds.Reverse();
            }

            socket.SetRawSocketOption(LinuxTcp, LinuxUserTimeout, milliseconds);
        }
    }

    private static string Advice(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            "another process listens there. Perhaps this node already runs; stop it, or give this member another peer address.",
        SocketError.AddressNotAvailable =>
            "no network interface of this machine has that address. Correct this member's peer address.",
        SocketError.AccessDenied =>
            "the system does not permit it. Choose a port above 1023, or one that is not reserved.",
        SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData =>
            "the name does not resolve. Correct this member's peer address, or write an IP address.",
        _ => $"{e.Message} ({e.SocketErrorCode}).",
    };
}
