using ActorQuorum.Core.Raft;

namespace ActorQuorum;

/// <summary>The part that a node plays, and who leads.</summary>
/// <param name="Role">The part.</param>
/// <param name="Term">The latest term that the node has seen. A later leader has a higher one: what is done as leader is fenced by it.</param>
/// <param name="Leader">The leader of that term, or null.</param>
public sealed record NodeRole(Role Role, long Term, MemberInfo? Leader)
{
    /// <summary>Whether the node leads.</summary>
    public bool IsLeader => Role == Role.Leader;
}
