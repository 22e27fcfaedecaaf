using ActorQuorum.Actors;
using ActorQuorum.StateMachines;

namespace ActorQuorum;

/// <summary>What a caller in this process gets: a result, or a state to read it from on its own thread.</summary>
internal readonly record struct LocalAnswer(CommandResult? Result, IStateView? View);

/// <summary>Where the answer to a caller in this process goes.</summary>
internal sealed class LocalRequest : IReplyTo
{
    private readonly TaskCompletionSource<LocalAnswer> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the answer, or faults with a <see cref="QuorumException"/>.</summary>
    public Task<LocalAnswer> Task => _answer.Task;

    /// <inheritdoc/>
    public void Answer(CommandResult result) => _answer.TrySetResult(new(result, null));

    /// <inheritdoc/>
    public void Show(IStateView view) => _answer.TrySetResult(new(null, view));

    /// <inheritdoc/>
    public void Fail(QuorumError error, string message) => _answer.TrySetException(new QuorumException(error, message));

    /// <summary>The caller gives up.</summary>
    public void Cancel(CancellationToken cancellationToken) => _answer.TrySetCanceled(cancellationToken);
}
