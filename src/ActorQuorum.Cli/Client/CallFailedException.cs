namespace ActorQuorum.Cli.Client;

/// <summary>How a call failed, by what it means for repeating it.</summary>
internal enum CallFailure
{
    /// <summary>No connection came about: the request was certainly never sent.</summary>
    NotSent,

    /// <summary>The server answered that it has no leader, lost it in time, or is no member any more: the request certainly does not take effect.</summary>
    NotTaken,

    /// <summary>The server answered that it cannot serve now; the request may still take effect.</summary>
    Unavailable,

    /// <summary>The request was sent, and the answer never came.</summary>
    AnswerLost,

    /// <summary>The server refused the request for good: asking another changes nothing.</summary>
    Refused,
}

/// <summary>A call that one endpoint did not answer as hoped.</summary>
internal sealed class CallFailedException(CallFailure failure, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public CallFailure Failure { get; } = failure;
}
