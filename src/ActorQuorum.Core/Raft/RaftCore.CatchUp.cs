namespace ActorQuorum.Core.Raft;

/// <content>
/// Catching up. What is committed is only of use to the follower that lacks it: nobody waits for it to arrive. So a backlog goes in small pieces at
/// a bounded rate, or it would stand before the writes that clients do wait for, on the network, on both disks and in both processors.
/// </content>
internal sealed partial class RaftCore
{
    /// <summary>How much more of a backlog is let through than the log grows by: else who is behind could stay behind for ever.</summary>
    private const int GainOnGrowth = 2;

    private readonly RateBound _catchUp;

    /// <summary>How many bytes of entries the next message to a follower may hold; zero if it has to wait.</summary>
    private int AppendRoom(Progress follower)
    {
        if (follower.NextIndex > CommitIndex || IsNeeded(follower)) return _options.AppendSizeBytes;
        return _catchUp.IsOpen(_now) ? Math.Min(_options.AppendSizeBytes, _options.CatchUpPieceBytes) : 0;
    }

    /// <summary>Whether nothing can be committed before this one has caught up: those that are level with the leader are no quorum.</summary>
    private bool IsNeeded(Progress follower) =>
        !_memberships.Latest.IsQuorum(id =>
            id == Self || (FollowerOf(id) is { } other && other != follower && Counts(other) && IsHeard(other) && other.NextIndex > CommitIndex));

    /// <summary>What was sent of a backlog counts against the rate, whether or not the follower was held to it.</summary>
    private void SpendOnCatchUp(Progress follower, ReadOnlySpan<Entry> entries)
    {
        if (follower.NextIndex > CommitIndex) return;
        foreach (var entry in entries) _catchUp.Spend(entry.SizeBytes);
    }
}
