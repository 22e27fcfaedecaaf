using ActorQuorum.Configuration;
using Microsoft.Extensions.Logging;

namespace ActorQuorum;

/// <summary>One node of a cluster, running in this process.</summary>
public sealed class QuorumNode : IQuorumNode, IAsyncDisposable
{
    private const string Word = "The actors are not built yet.";

    /// <inheritdoc/>
    public NodeStatus Status => throw new NotSupportedException(Word);

    /// <inheritdoc/>
    public Task Completion => Task.CompletedTask;

    /// <summary>Starts a node: opens its data directory, listens to its peers and takes part in the cluster.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="IOException">The peer port is busy, or the data directory is locked, foreign or damaged.</exception>
    public static Task<QuorumNode> StartAsync(NodeOptions options, ILoggerFactory loggers, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(Word);

    /// <inheritdoc/>
    public Task<CommandResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(Word);

    /// <inheritdoc/>
    public Task<CommandResult> QueryAsync(ReadOnlyMemory<byte> query, Consistency consistency, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException(Word);

    /// <summary>Hands leadership to the follower that is furthest, as far as one can be brought up to date in time.</summary>
    /// <param name="patience">How long to try.</param>
    /// <returns>Whether this node does not lead any more.</returns>
    public Task<bool> HandOverAsync(TimeSpan patience) => throw new NotSupportedException(Word);

    /// <summary>Stops the node: no request is taken any more, what waits is answered, the log is closed cleanly.</summary>
    /// <returns>Ends when everything is closed.</returns>
    public Task StopAsync() => Completion;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);
}
