using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorQuorum.GenericHost;

/// <summary>The node's life within a generic host: it runs already when this is made, and stops with the host, handing its leadership over first.</summary>
internal sealed class QuorumService(QuorumNode node, QuorumBuilder builder, IServiceProvider services) : IHostedService
{
    private static readonly TimeSpan s_handOverPatience = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (builder.IsHostStoppedToo) _ = StopHostWithNode();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await ((Task)node.HandOverAsync(s_handOverPatience)).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // A disk that hangs holds up the node's end, and nobody else's.
        await node.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task StopHostWithNode()
    {
        await node.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (node.Completion.IsFaulted) services.GetService<IHostApplicationLifetime>()?.StopApplication();
    }
}
