using System.Text;
using ActorQuorum.Actors;
using ActorQuorum.StateMachines;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>A request of a simulated client, and its answer once there is one.</summary>
internal sealed class SimulatedRequest(ReadOnlyMemory<byte> payload) : IReplyTo
{
    /// <summary>Whether there is an answer, or it is known that there will be none.</summary>
    public bool IsEnded => Result is not null || Error is not null;

    /// <summary>The answer.</summary>
    public CommandResult? Result { get; private set; }

    /// <summary>Why there is none.</summary>
    public QuorumError? Error { get; private set; }

    /// <summary>The error's text.</summary>
    public string? Message { get; private set; }

    /// <summary>The answer as text.</summary>
    public string? Text => Result is null ? null : Encoding.UTF8.GetString(Result.Payload.Span);

    /// <inheritdoc/>
    public void Answer(CommandResult result)
    {
        Core.Invariant.Check(!IsEnded, "a request was answered twice");
        Result = result;
    }

    /// <inheritdoc/>
    public void Show(IStateView view) => Answer(view.Query(payload));

    /// <inheritdoc/>
    public void Fail(QuorumError error, string message)
    {
        Core.Invariant.Check(!IsEnded, "a request was answered twice");
        (Error, Message) = (error, message);
    }
}
