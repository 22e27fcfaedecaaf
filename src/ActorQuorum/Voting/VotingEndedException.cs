namespace ActorQuorum.Voting;

/// <summary>Why a node of the constant election ended by itself.</summary>
public enum VotingEnd
{
    /// <summary>The network can build no majority with it, and it is not to wait for one.</summary>
    NoMajority,

    /// <summary>Another live node has its name.</summary>
    NameTaken,
}

/// <summary>A node of the constant election ended by itself; the message says why and what to do.</summary>
public sealed class VotingEndedException : Exception
{
    /// <summary>A node ended.</summary>
    /// <param name="end">Why.</param>
    /// <param name="message">The same in words.</param>
    public VotingEndedException(VotingEnd end, string message)
        : base(message) => End = end;

    /// <summary>Why.</summary>
    public VotingEnd End { get; }
}
