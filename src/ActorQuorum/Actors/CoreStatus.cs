using ActorQuorum.Core.Raft;

namespace ActorQuorum.Actors;

/// <summary>The core's state at the end of a turn, as the rest of the node sees it.</summary>
internal sealed record CoreStatus(
    Role Role, long Term, MemberId Leader, long LastIndex, long CommitIndex, long AppliedIndex, bool IsProven)
{
    /// <summary>The state of <paramref name="core"/> now.</summary>
    public static CoreStatus Of(RaftCore core) =>
        new(core.Role, core.Term, core.Leader, core.Log.LastIndex, core.CommitIndex, core.AppliedIndex, core.IsProven);
}
