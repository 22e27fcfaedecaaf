using ActorQuorum.Akka.Configuration;
using ActorQuorum.Akka.Hosting;
using ActorQuorum.Akka.Logging;
using ActorQuorum.Akka.Remoting;
using ActorQuorum.Configuration;
using ActorQuorum.Hosting;
using Akka;
using Akka.Actor;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Akka;

/// <summary>A quorum in an actor system.</summary>
public static class QuorumExtensions
{
    /// <summary>
    /// Starts a node of a quorum in this system, as <c>/user/quorum</c>. The system is one created with <see cref="QuorumConfig.System"/>;
    /// the node stops with it, and its failure leaves the system running. Changes of role are published as <see cref="RoleChanged"/>.
    /// </summary>
    /// <param name="system">The actor system; all members' systems bear one name.</param>
    /// <param name="config">The node's settings.</param>
    /// <param name="loggers">Where the node logs; null for the system's own log.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="InvalidOperationException">The system lacks a setting that the quorum needs, or runs a quorum already.</exception>
    /// <exception cref="IOException">The data directory is locked, foreign or damaged.</exception>
    public static async Task<QuorumNode> StartQuorum(
        this ActorSystem system, QuorumConfig config, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        ArgumentNullException.ThrowIfNull(config);
        SystemCheck.Check(system, config.Options);
        var node = await StartAsync(system, config, loggers, ownsSystem: false, cancellationToken).ConfigureAwait(false);
        CoordinatedShutdown.Get(system).AddTask(CoordinatedShutdown.PhaseBeforeActorSystemTerminate, "actorquorum", async () =>
        {
            await node.StopAsync().ConfigureAwait(false);
            return Done.Instance;
        });
        return node;
    }

    /// <summary>Starts a node in a system that it owns: they end together.</summary>
    internal static Task<QuorumNode> StartAsync(
        ActorSystem system, QuorumConfig config, ILoggerFactory? loggers, bool ownsSystem, CancellationToken cancellationToken)
    {
        var options = config.Options;
        var builder = new QuorumBuilder();
        config.Configure?.Invoke(builder);
        var identity = ClusterIdentity.Of(options);
        var hosting = new NodeHosting(
            () => new AkkaHost(system, TimeProvider.System, HostDispatchers.Own, ownsSystem),
            static (host, transport, logger) => new AkkaPeerTransport((AkkaHost)host, transport, logger),
            change => system.EventStream.Publish(new RoleChanged(
                options.Name, change.From, change.To, change.Term,
                identity.Members.FirstOrDefault(member => member.Id == change.Leader)?.Name)))
        {
            // A system that the node owns ends with its actors; in one that it does not own this has not been tried.
            BeginsAnew = false,
        };
        return QuorumNode.StartAsync(options, loggers ?? new AkkaLoggerFactory(system), hosting, builder, cancellationToken);
    }
}
