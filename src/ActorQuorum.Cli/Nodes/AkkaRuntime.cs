using ActorQuorum.Configuration;
using Microsoft.Extensions.Logging;
#if WITH_AKKA
using ActorQuorum.Akka;
#endif

namespace ActorQuorum.Cli.Nodes;

/// <summary><c>runtime = akka</c>: a node in an actor system of its own, in a build that carries Akka.NET.</summary>
internal static class AkkaRuntime
{
#if WITH_AKKA
    public static async Task<QuorumNode> StartAsync(
        string config, string? name, NodeOptions options, Serilog.ILogger log, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        // Akka.Logger.Serilog knows no other way to be told where to write.
        Serilog.Log.Logger = log;
        try
        {
            return await QuorumSystem.StartAsync(QuorumConfig.Load(config, name, options), loggers, cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            throw new CommandFailedException(ExitCode.Usage, e.Message, e);
        }
    }
#else
    public static Task<QuorumNode> StartAsync(
        string config, string? name, NodeOptions options, Serilog.ILogger log, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        throw new CommandFailedException(
            ExitCode.Usage,
            $"{config}: runtime = akka needs Akka.NET, which this build does not carry: build with -p:WithAkka=true where the feed has it, "
            + "or take runtime = pool.");
#endif
}
