using ActorQuorum.Core.Raft;

namespace ActorQuorum.Akka;

/// <summary>A node's role, term or leader has changed. Published on the event stream of its actor system.</summary>
/// <param name="Node">The node.</param>
/// <param name="From">The role before.</param>
/// <param name="To">The role now.</param>
/// <param name="Term">The term now: a fencing token, for it never falls and each has at most one leader.</param>
/// <param name="Leader">The leader's name; null while none is known.</param>
public sealed record RoleChanged(string Node, Role From, Role To, long Term, string? Leader);
