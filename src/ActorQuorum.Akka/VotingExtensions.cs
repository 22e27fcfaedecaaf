using ActorQuorum.Akka.Hosting;
using ActorQuorum.Akka.Logging;
using ActorQuorum.Hosting;
using ActorQuorum.Voting;
using Akka;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Akka;

/// <summary>A constant election in an actor system.</summary>
public static class VotingExtensions
{
    /// <summary>
    /// Starts a node of a constant election in this system, as <c>/user/quorum</c>, whatever the system's settings: the nodes find each other by
    /// broadcast and speak TCP of their own, not Akka.Remote. The node says goodbye when the system ends, and its failure leaves the system running.
    /// </summary>
    /// <param name="system">The actor system.</param>
    /// <param name="options">The node's settings; the runtime is this system.</param>
    /// <param name="loggers">Where the node logs; null for the system's own log.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="ArgumentException">A setting cannot be.</exception>
    /// <exception cref="IOException">A port is busy, or the data directory is locked, foreign or damaged.</exception>
    public static async Task<VotingNode> StartVoting(
        this ActorSystem system, VotingNodeOptions options, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(options);
        var hosting = VotingHosting.On(() => new AkkaHost(system, TimeProvider.System, HostDispatchers.Any));
        var node = await VotingNode.StartAsync(options, loggers ?? new AkkaLoggerFactory(system), hosting, cancellationToken).ConfigureAwait(false);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "actorquorum-voting", async () =>
        {
            await node.DispatchAsync().ConfigureAwait(false);
            return Done.Instance;
        });
        return node;
    }
}
