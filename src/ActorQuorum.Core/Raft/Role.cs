namespace ActorQuorum.Core.Raft;

/// <summary>The part a node plays in its term (Raft §5.1).</summary>
public enum Role
{
    /// <summary>Follows a leader, or waits for one.</summary>
    Follower = 0,

    /// <summary>Asks whether an election could be won, without raising its term (dissertation §9.6).</summary>
    PreCandidate = 1,

    /// <summary>Asks for votes (Raft §5.2).</summary>
    Candidate = 2,

    /// <summary>Leads its term.</summary>
    Leader = 3,
}
