using ActorQuorum.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.GenericHost;

/// <summary>
/// Starts the node once, when it is first asked for. The host makes all its services before it starts any, so whoever has the node injected
/// gets a running one only if it is started here. That blocks the host's start for as long as the log takes to be read, which it would wait
/// for in any case.
/// </summary>
internal sealed class QuorumStart(NodeOptions options, QuorumBuilder builder, IServiceProvider services)
{
    private readonly Lazy<QuorumNode> _node = new(() =>
    {
        var loggers = services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;

        // On the pool, so that no synchronisation context of the program is waited for.
        return Task.Run(() => QuorumNode.StartAsync(options, builder, loggers, CancellationToken.None)).GetAwaiter().GetResult();
    });

    /// <summary>The running node.</summary>
    public QuorumNode Node => _node.Value;
}
