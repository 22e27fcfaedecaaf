using System.Net;

namespace ActorQuorum.Transport.Discovery;

/// <summary>
/// The seam under discovery: datagrams to whoever is on the network. Any of them may be lost, doubled or foreign. The simulator puts its
/// own network behind it.
/// </summary>
internal interface IBroadcast : IAsyncDisposable
{
    /// <summary>Begins to hear.</summary>
    /// <exception cref="IOException">The port cannot be had, with what to do.</exception>
    void Start(IBroadcastInbox inbox);

    /// <summary>Sends a datagram to all. Never blocks and never throws.</summary>
    void Send(ReadOnlyMemory<byte> datagram);
}

/// <summary>Where a broadcast delivers what it hears. Called from any thread, one call at a time.</summary>
internal interface IBroadcastInbox
{
    /// <summary>A datagram came, of this node itself perhaps; its memory is valid until the call ends.</summary>
    /// <param name="datagram">Its bytes; cut to one more than <see cref="AnnouncementCodec.LimitBytes"/> if it has more.</param>
    /// <param name="source">The address it came from.</param>
    void Heard(ReadOnlySpan<byte> datagram, IPAddress source);
}
