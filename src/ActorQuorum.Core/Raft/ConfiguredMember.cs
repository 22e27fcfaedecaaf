namespace ActorQuorum.Core.Raft;

/// <summary>A member as a configuration knows it: its part, the data directory it is bound to, and how it is reached.</summary>
/// <param name="Id">The member.</param>
/// <param name="Incarnation">The number of its data directory; zero while unbound.</param>
internal sealed record ConfiguredMember(MemberId Id, ulong Incarnation)
{
    /// <summary>Whether it votes: in the only configuration, or in C_new while two are in force.</summary>
    public bool IsVoter { get; init; }

    /// <summary>Whether it votes in C_old while two configurations are in force (Raft §6).</summary>
    public bool IsOutgoing { get; init; }

    /// <summary>
    /// Where the entry stands that added it; zero for the founders. Within a term an index names one entry, so it tells a member that was
    /// removed and added again from the one it was: answers to what was sent in another session are void.
    /// </summary>
    public long Session { get; init; }

    /// <summary>How long a leader waits for it to catch up before the pending promotion is cleared; zero if none is pending.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>Its name and addresses.</summary>
    public MemberContact Contact { get; init; } = MemberContact.Unknown;

    /// <summary>Whether it follows without a vote.</summary>
    public bool IsLearner => !IsVoter && !IsOutgoing;

    /// <summary>Whether it is to become a voter as soon as it, and all that came with it, have caught up.</summary>
    public bool IsPending => IsLearner && Patience > TimeSpan.Zero;
}
