using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace ActorQuorum.Server;

/// <summary>The address that a server listens at: host:port.</summary>
internal static class ClientAddress
{
    /// <summary>Finds the IP address and port to bind.</summary>
    public static async Task<IPEndPoint> ResolveAsync(string address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            throw new ArgumentException($"The client address '{address}' is not host:port, as in 127.0.0.1:2379.", nameof(address));
        }

        var host = address[..colon].Trim('[', ']');
        if (host == "localhost")
        {
            return new IPEndPoint(IPAddress.Loopback, port);
        }

        if (IPAddress.TryParse(host, out var ip))
        {
            return new IPEndPoint(ip, port);
        }

        try
        {
            var found = await Dns.GetHostAddressesAsync(host, cancellationToken);
            return new IPEndPoint(found.FirstOrDefault(one => one.AddressFamily == AddressFamily.InterNetwork) ?? found[0], port);
        }
        catch (SocketException cause)
        {
            throw new IOException(
                $"The host of the client address {address} is unknown ({cause.Message}). Correct the name, or give an IP address.", cause);
        }
    }

    /// <summary>Says why an address cannot be listened at, and what to do.</summary>
    public static IOException CannotListen(string address, Exception cause) =>
        cause.InnerException is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
            ? new IOException(
                $"The client address {address} is in use: another program listens there. "
                + "Stop it, or give this node another client address.",
                cause)
            : new IOException(
                $"Cannot listen at the client address {address}: {cause.Message} Give this node an address of this machine.", cause);
}
