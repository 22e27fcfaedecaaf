namespace ActorQuorum;

/// <summary>Why a request could not be answered.</summary>
public enum QuorumError
{
    /// <summary>No leader was found before the deadline. The request was never sent: it is safe to repeat.</summary>
    NoLeader,

    /// <summary>The deadline passed. A query is safe to repeat; a command never ends so, see <see cref="OutcomeUnknown"/>.</summary>
    TimedOut,

    /// <summary>The command was handed on and no answer came: it may or may not take effect, now or later.</summary>
    OutcomeUnknown,

    /// <summary>Too many requests wait on this node. The request was not taken: repeat it later.</summary>
    Overloaded,

    /// <summary>The command is over the size limit.</summary>
    TooLarge,

    /// <summary>The leader's disk is nearly full: writes are refused, reads go on.</summary>
    DiskNearlyFull,

    /// <summary>The node stops or has stopped.</summary>
    Stopped,
}

/// <summary>A request that could not be answered, and why.</summary>
public sealed class QuorumException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="error">Why.</param>
    /// <param name="message">What happened, where, and what to do about it.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public QuorumException(QuorumError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>Why the request could not be answered.</summary>
    public QuorumError Error { get; }
}
