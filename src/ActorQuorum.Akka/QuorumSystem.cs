using ActorQuorum.Akka.Configuration;
using Akka.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Akka;

/// <summary>A node with an actor system of its own, for programs that are no Akka.NET programs: <c>runtime = akka</c>.</summary>
public static class QuorumSystem
{
    /// <summary>The name that all such systems bear.</summary>
    public const string Name = "actorquorum";

    /// <summary>Starts both; they end together. The system's own lines go to Serilog's <c>Log.Logger</c>.</summary>
    /// <param name="config">The settings.</param>
    /// <param name="loggers">Where the node logs; null for the system's own log.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="IOException">The peer port is busy, or the data directory is locked, foreign or damaged.</exception>
    /// <exception cref="InvalidOperationException">The akka section says what cannot be.</exception>
    public static async Task<QuorumNode> StartAsync(
        QuorumConfig config, ILoggerFactory? loggers = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(config);

        // Whoever runs the process stops the node; Akka's own hook would terminate the system under it.
        var settings = ConfigurationFactory.ParseString("akka.coordinated-shutdown.run-by-clr-shutdown-hook = off").WithFallback(config.System);
        var system = SystemStart.Create(Name, settings, config.Options);
        try
        {
            SystemCheck.Check(system, config.Options);
            return await QuorumExtensions.StartAsync(system, config, loggers, ownsSystem: true, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await system.Terminate().ConfigureAwait(false);
            throw;
        }
    }
}
