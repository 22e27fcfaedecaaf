using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ActorQuorum.Transport;

/// <summary>An address as the configuration writes it: host:port, with IPv6 in brackets.</summary>
/// <param name="Host">A name or an IP address.</param>
/// <param name="Port">The TCP port; zero lets the system choose one to listen on.</param>
internal readonly record struct HostAndPort(string Host, int Port)
{
    /// <summary>Reads an address.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static HostAndPort Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        var host = colon > 0 ? text[..colon] : string.Empty;
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
        }
        else if (host.Contains(':', StringComparison.Ordinal))
        {
            host = string.Empty;
        }

        return host.Length > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= IPEndPoint.MaxPort
            ? new HostAndPort(host, port)
            : throw new ArgumentException(
                $"\"{text}\" is not host:port; write for example \"127.0.0.1:7101\" or \"[::1]:7101\".", nameof(text));
    }

    /// <summary>Reads an address to dial.</summary>
    /// <exception cref="ArgumentException">It is none, or names no port.</exception>
    public static HostAndPort ParseDialled(string text) => Parse(text) is { Port: > 0 } address
        ? address
        : throw new ArgumentException($"\"{text}\" names no port to dial.", nameof(text));

    /// <summary>Asks for the host's addresses; anew each time, since a name may move.</summary>
    public async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(Host, out var literal))
        {
            return [literal];
        }

        var addresses = await Dns.GetHostAddressesAsync(Host, cancellationToken).ConfigureAwait(false);
        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }

    /// <inheritdoc/>
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
