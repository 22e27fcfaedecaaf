namespace ActorQuorum.Core.Raft;

/// <content>Commitment: Raft §5.3 and §5.4.2.</content>
internal sealed partial class RaftCore
{
    /// <summary>Raft §5.4.2: only entries of the leader's own term are committed by counting; earlier ones go with them (figure 8).</summary>
    private void AdvanceCommit()
    {
        if (Role != Role.Leader) return;
        var index = _memberships.Latest.QuorumOf(MatchIndexOf);
        if (index > CommitIndex && _log.TermAt(index) == Term) Commit(index);
    }

    /// <summary>The leader's own disk is one among the others: what it has not yet made durable it does not count.</summary>
    private long MatchIndexOf(MemberId id)
    {
        if (id == Self) return _log.DurableIndex;
        return FollowerOf(id) is { } follower && Counts(follower) ? follower.MatchIndex : 0;
    }

    private void Commit(long index)
    {
        if (index <= CommitIndex) return;
        Invariant.Check(index <= _log.LastIndex, $"commit index {index} beyond the log's end {_log.LastIndex}");
        CommitIndex = index;
        ProveByBinding();
    }
}
