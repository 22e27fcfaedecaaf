using ActorQuorum.Core.Raft;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>What the invariants compare of a core, before and after a step.</summary>
internal readonly record struct CoreView(Role Role, long Term, long LastIndex, long Generation, long CommitIndex, long AppliedIndex)
{
    /// <summary>A core as it is now.</summary>
    public static CoreView Of(RaftCore core) =>
        new(core.Role, core.Term, core.Log.LastIndex, core.Log.Generation, core.CommitIndex, core.AppliedIndex);
}
