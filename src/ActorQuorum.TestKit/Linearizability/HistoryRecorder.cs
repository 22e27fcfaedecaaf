namespace ActorQuorum.TestKit.Linearizability;

/// <summary>
/// Writes a history down while clients run, from any thread. Its clock counts calls and returns, so that no two events fall together:
/// call <see cref="Call"/> before a request is sent and <see cref="Return"/> after its answer came.
/// </summary>
/// <typeparam name="TInput">What an operation asks.</typeparam>
/// <typeparam name="TOutput">What an operation answers.</typeparam>
public sealed class HistoryRecorder<TInput, TOutput>
{
    private readonly Lock _lock = new();
    private readonly List<Operation<TInput, TOutput>?> _operations = [];
    private long _time;

    /// <summary>What was recorded so far, by call. Operations without a return have an unknown outcome.</summary>
    public IReadOnlyList<Operation<TInput, TOutput>> History
    {
        get
        {
            lock (_lock) return [.. _operations.OfType<Operation<TInput, TOutput>>()];
        }
    }

    /// <summary>A client begins an operation.</summary>
    /// <param name="client">Who.</param>
    /// <param name="input">What it asks.</param>
    /// <returns>A ticket for the operation's end; without an end the outcome stays unknown.</returns>
    public int Call(int client, TInput input)
    {
        lock (_lock)
        {
            _operations.Add(new(client, input, ++_time));
            return _operations.Count - 1;
        }
    }

    /// <summary>The answer came.</summary>
    /// <param name="ticket">From <see cref="Call"/>.</param>
    /// <param name="output">The answer.</param>
    public void Return(int ticket, TOutput output)
    {
        lock (_lock)
        {
            var call = Running(ticket);
            _operations[ticket] = new(call.Client, call.Input, output, call.CallTime, ++_time);
        }
    }

    /// <summary>It is certain that the operation did not and will not take effect: it leaves the history.</summary>
    /// <param name="ticket">From <see cref="Call"/>.</param>
    public void Refuse(int ticket)
    {
        lock (_lock)
        {
            Running(ticket);
            _operations[ticket] = null;
        }
    }

    private Operation<TInput, TOutput> Running(int ticket) =>
        _operations[ticket] is { Outcome.IsKnown: false } running
            ? running
            : throw new InvalidOperationException($"Operation {ticket} has ended already: an operation returns or is refused once.");
}
