using System.Net;
using ActorQuorum.Configuration;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Hosting;

/// <summary>What carries a node of the constant election: the host of its actors, and the way to its network.</summary>
/// <param name="StartHost">Makes the host.</param>
/// <param name="MakeBroadcast">Makes the way to whoever is on the network; it is started later.</param>
internal sealed record VotingHosting(Func<INodeHost> StartHost, Func<INodeHost, IPEndPoint, ILogger, LogThrottle, IBroadcast> MakeBroadcast)
{
    /// <summary>Mailboxes, on the thread pool or a thread each, and UDP.</summary>
    public static VotingHosting Mailboxes(NodeRuntime runtime) => On(() => new MailboxHost(TimeProvider.System, runtime));

    /// <summary>Any host, and UDP.</summary>
    public static VotingHosting On(Func<INodeHost> startHost) =>
        new(startHost, static (host, target, logger, throttle) => new UdpBroadcast(target, host.Time, logger, throttle));
}
