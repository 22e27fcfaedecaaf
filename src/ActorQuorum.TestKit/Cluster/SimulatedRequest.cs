using ActorQuorum.Actors;
using ActorQuorum.StateMachines;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>A request of a simulated client, and its answer once there is one.</summary>
public sealed class SimulatedRequest
{
    private readonly ReadOnlyMemory<byte> _payload;
    private readonly SimulatedNode _node;
    private readonly NodeActors? _asked;
    private CommandResult? _result;

    private readonly long _leastRevision;

    /// <summary>A request that is answered no older than <paramref name="leastRevision"/>.</summary>
    internal SimulatedRequest(SimulatedNode node, ReadOnlyMemory<byte> payload, long leastRevision)
    {
        _leastRevision = leastRevision;
        _node = node;
        _asked = node.IsRunning ? node.Actors : null;
        _payload = payload;
    }

    /// <summary>Called when there is an answer, or it is known that there will be none.</summary>
    internal Action? Ended { get; set; }

    /// <summary>Whether there is an answer, or it is known that there will be none. Ends by itself when the node that was asked is gone.</summary>
    public bool IsEnded => _result is not null || Error is not null;

    /// <summary>The answer.</summary>
    public CommandResult? Result => _result;

    /// <summary>Why there is none.</summary>
    public QuorumError? Error { get; private set; }

    /// <summary>The error's text.</summary>
    public string? Message { get; private set; }

    /// <summary>The value that a read found, or null.</summary>
    public string? Value => _result is null ? null : StoredText.ValueOf(_result);

    /// <summary>Where the node sends its answer.</summary>
    internal IReplyTo ReplyTo => new Reply(this);

    /// <summary>The client's connection closes with the node that it asked: what it sent may have been done.</summary>
    internal void ConnectionLost()
    {
        if (!IsEnded && (_asked is null || _node.Actors != _asked || !_node.IsRunning)) Fail(QuorumError.OutcomeUnknown, $"{_node.Name} is gone");
    }

    private void Answer(CommandResult result)
    {
        // A client that gave up does not listen any more.
        if (Error is not null) return;
        Core.Invariant.Check(_result is null, "a request was answered twice");
        if (result.Revision < _leastRevision)
        {
            throw new BrokenPromiseException(
                "AnswerIsFresh", $"{_node.Name} answers at revision {result.Revision}; when it was asked some node had applied revision {_leastRevision}");
        }

        _result = result;
        Ended?.Invoke();
    }

    private void Fail(QuorumError error, string message)
    {
        if (Error is not null) return;
        Core.Invariant.Check(_result is null, "a request was answered and failed");
        (Error, Message) = (error, message);
        Ended?.Invoke();
    }

    private sealed class Reply(SimulatedRequest request) : IReplyTo
    {
        public void Answer(CommandResult result) => request.Answer(result);

        public void Show(IStateView view) => request.Answer(view.Query(request._payload));

        public void Fail(QuorumError error, string message) => request.Fail(error, message);
    }
}
