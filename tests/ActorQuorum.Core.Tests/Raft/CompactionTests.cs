using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Laggards;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>What stays in the log before a snapshot, and for whom: bounded in number and in bytes.</summary>
[Trait("Row", "RP-8")]
public sealed class CompactionTests
{
    private static readonly int s_entryBytes = Logs.EntryOf(1, 1).SizeBytes;

    [Fact]
    public void While_a_snapshot_is_on_its_way_refusals_bring_no_second_one_and_the_entries_behind_it_are_kept()
    {
        var node = LeaderOfLaggard();
        Write(node, 200, 201, 202);
        node.Hear(node.Peer(3).Refuses(1, 9, 0, 0), node.Peer(3).Confirms(1, 0));
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(6, "the snapshot under way reaches to here");
        node.Cluster.Transfers.ShouldBeEmpty();
        node.Cluster.Drop();
        Install(node, 6);
        node.Peer(3).Takes<AppendEntries>().PreviousIndex.ShouldBe(6);
    }

    [Fact]
    public void No_follower_keeps_the_log_from_shrinking_for_ever()
    {
        var node = LeaderOfLaggard(o => o with { HeldEntries = 2 });
        Write(node, 200, 201, 202);
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(7);
        Install(node, 6);
        node.Cluster.Transfers.ShouldHaveSingleItem().Mark.Index.ShouldBe(9, "what it has is too old meanwhile");
    }

    [Theory]
    [InlineData(3, long.MaxValue, 6)]
    [InlineData(3, 100, 7)]
    [InlineData(3, 80, 7)]
    [InlineData(3, 79, 8)]
    [InlineData(3, 0, 9)]
    [InlineData(100, 120, 6)]
    public void What_trails_is_bounded_by_number_and_by_bytes(int entries, long sizeBytes, long baseIndex)
    {
        s_entryBytes.ShouldBe(40);
        var node = CoreCluster.Of(3, o => o with { TrailingEntries = entries, TrailingSizeBytes = sizeBytes })[1];
        Candidates.MakeSettledLeader(node);
        Write(node, 1, 2, 3, 4, 5, 6, 7, 8);
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(baseIndex);
    }

    [Fact]
    public void What_is_held_for_a_snapshot_on_its_way_is_bounded_by_bytes()
    {
        var node = LeaderOfLaggard(o => o with { HeldSizeBytes = (2 * s_entryBytes) + 1 });
        Write(node, 200, 201, 202);
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(7);
        node.Core.Log.SizeBytes.ShouldBe(2 * s_entryBytes);
        Install(node, 6);
        node.Cluster.Transfers.ShouldHaveSingleItem().Mark.Index.ShouldBe(9, "what it has is too old meanwhile");
        Laggard(node).IsOutrun.ShouldBeTrue("the operator is told");
    }

    [Fact]
    public void The_bounds_for_followers_behind_a_snapshot_do_not_narrow_what_trails()
    {
        var node = CoreCluster.Of(3, o => o with { TrailingEntries = 5, HeldEntries = 1, HeldSizeBytes = 1 })[1];
        Candidates.MakeSettledLeader(node);
        Write(node, 1, 2, 3, 4, 5, 6, 7, 8);
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(4);
    }

    [Fact]
    public void What_came_after_an_installed_snapshot_is_kept_until_its_follower_has_caught_up()
    {
        var node = LeaderOfLaggard();
        Write(node, 200, 201);
        Install(node, 6);
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(6, "it is about to get them");
        Beat(node, CoreCluster.Timeout);
        node.Hear(node.Peer(3).Acknowledges(1, 7));
        Write(node, 202);
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(7, "what it has acknowledged it needs no more");
        node.Hear(node.Peer(3).Acknowledges(1, 9));
        Write(node, 203);
        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(10, "it had caught up: from now on it is as any other");
        node.Cluster.Transfers.ShouldBeEmpty();
    }

    [Fact]
    public void Nothing_is_kept_for_a_follower_that_falls_silent_behind_its_snapshot()
    {
        var node = LeaderOfLaggard();
        Write(node, 200);
        Install(node, 6);
        for (var beat = 0; beat < 10; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            node.Hear(node.Peer(2).Confirms(1, 0));
        }

        node.TakeSnapshot();
        node.Core.Log.BaseIndex.ShouldBe(7);
    }

    [Fact]
    public void One_that_had_caught_up_and_was_away_since_was_not_outrun()
    {
        var node = LeaderOfLaggard();
        Laggard(node).IsOutrun.ShouldBeFalse("it is its first");
        Install(node, 6);
        Write(node, 200);
        node.TakeSnapshot();
        node.Hear(node.Peer(3).Confirms(1, 0));
        node.Turn(new Unreachable(CoreCluster.Id(3)));
        node.Hear(node.Peer(3).Confirms(1, 0));
        node.Hear(node.Peer(3).Refuses(1, 7, 6, 1));
        node.Cluster.Transfers.ShouldHaveSingleItem();
        Laggard(node).IsOutrun.ShouldBeFalse();
    }

    [Fact]
    public void One_whose_snapshot_did_not_arrive_was_not_outrun()
    {
        var node = LeaderOfLaggard();
        node.Turn(new SnapshotFailed(CoreCluster.Id(3)));
        Beat(node, CoreCluster.Timeout * 2);
        node.Hear(node.Peer(3).Refuses(1, 6, 1, 1));
        node.Cluster.Transfers.ShouldHaveSingleItem();
        Laggard(node).IsOutrun.ShouldBeFalse();
    }

    private static Progress Laggard(CoreNode node) => node.Core.Followers.Single(follower => follower.Id == CoreCluster.Id(3));
}
