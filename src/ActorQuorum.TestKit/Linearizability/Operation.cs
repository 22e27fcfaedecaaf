namespace ActorQuorum.TestKit.Linearizability;

/// <summary>What one client did, and when. Times may have any unit and beginning: only their order counts.</summary>
/// <typeparam name="TInput">What an operation asks.</typeparam>
/// <typeparam name="TOutput">What an operation answers.</typeparam>
public sealed record Operation<TInput, TOutput>
{
    /// <summary>An operation that was answered.</summary>
    /// <param name="client">Who asked.</param>
    /// <param name="input">What was asked.</param>
    /// <param name="output">What was answered.</param>
    /// <param name="callTime">A moment before the request was sent.</param>
    /// <param name="returnTime">A moment after the answer came.</param>
    /// <exception cref="ArgumentException">The operation returned before it was called.</exception>
    public Operation(int client, TInput input, TOutput output, long callTime, long returnTime)
        : this(client, input, callTime)
    {
        if (returnTime < callTime)
            throw new ArgumentException(
                $"Client {client}'s '{input}' returned at {returnTime}, before its call at {callTime}: take both times from one clock.",
                nameof(returnTime));
        (Outcome, ReturnTime) = (new(output), returnTime);
    }

    /// <summary>An operation whose outcome is unknown: it may take effect at any time after its call, or never.</summary>
    /// <param name="client">Who asked.</param>
    /// <param name="input">What was asked.</param>
    /// <param name="callTime">A moment before the request was sent.</param>
    public Operation(int client, TInput input, long callTime) => (Client, Input, CallTime) = (client, input, callTime);

    /// <summary>Who asked: a row of the picture.</summary>
    public int Client { get; }

    /// <summary>What was asked.</summary>
    public TInput Input { get; }

    /// <summary>What was answered, or unknown.</summary>
    public Outcome<TOutput> Outcome { get; }

    /// <summary>A moment before the request was sent.</summary>
    public long CallTime { get; }

    /// <summary>A moment after the answer came; none if the outcome is unknown.</summary>
    public long? ReturnTime { get; }
}
