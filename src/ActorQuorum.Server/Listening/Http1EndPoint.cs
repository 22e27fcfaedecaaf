using System.Net;

namespace ActorQuorum.Server.Listening;

/// <summary>Kestrel's second endpoint: it binds no address, but gets the connections of <see cref="SharedPort"/> that speak HTTP/1.</summary>
internal sealed class Http1EndPoint : EndPoint
{
    /// <inheritdoc/>
    public override string ToString() => "http1-of-the-same-port";
}
