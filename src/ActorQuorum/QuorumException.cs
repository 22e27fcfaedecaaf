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

    /// <summary>A leader is known, and it was not reached before the deadline. The request was never sent: it is safe to repeat.</summary>
    LeaderUnreachable,

    /// <summary>This node is not part of a cluster: it was detached, or has not been added yet.</summary>
    NotAMember,

    /// <summary>Another change of the membership is under way: one at a time. Nothing was changed; repeat it later.</summary>
    ChangeInProgress,

    /// <summary>The member to be added is there already, by its id, its name or its peer address. Nothing was changed.</summary>
    AlreadyAMember,

    /// <summary>There is no member of this id or name. Nothing was changed.</summary>
    NoSuchMember,

    /// <summary>Only a learner is promoted, and this member votes already. Nothing was changed.</summary>
    NotALearner,

    /// <summary>The learner has not caught up with the leader yet. Nothing was changed; repeat it later.</summary>
    LearnerBehind,

    /// <summary>Without this member nobody would be left to vote, or too few that are up. Nothing was changed.</summary>
    TooFewVoters,

    /// <summary>The cluster has as many members as it may have. Nothing was changed.</summary>
    TooManyMembers,

    /// <summary>The leader has no processor of this name, or a member that it hears has none. Nothing was logged or changed.</summary>
    UnknownProcessor,

    /// <summary>The processor threw, or went over a bound: its changes are discarded, on every node.</summary>
    ProcessorFailed,

    /// <summary>The state machine refused the request: it names no key, a revision that is compacted, and the like. Nothing was changed.</summary>
    Refused,
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
