using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Hosting;

/// <summary>What carries a node: the host of its actors, and the way to its peers.</summary>
/// <param name="StartHost">Makes the host.</param>
/// <param name="MakeTransport">Makes the way to the peers; it is started later.</param>
/// <param name="RoleChanged">Hears each change of role, term or leader, the first one included; null for nobody.</param>
internal sealed record NodeHosting(
    Func<INodeHost> StartHost, Func<INodeHost, PeerTransportOptions, ILogger, IPeerTransport> MakeTransport, Action<RoleChange>? RoleChanged = null)
{
    /// <summary>Whether the same process can carry one life of the node after the other.</summary>
    public bool BeginsAnew { get; init; } = true;

    /// <summary>Mailboxes, on the thread pool or a thread each, and TCP.</summary>
    public static NodeHosting Mailboxes(NodeRuntime runtime) => new(
        () => new MailboxHost(TimeProvider.System, runtime), static (_, options, logger) => new TcpPeerTransport(options, logger));
}
