using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Compacted;
using static ActorQuorum.Core.Tests.Harness.Laggards;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §7: whom a leader sends its snapshot, when, and when again.</summary>
[Trait("Row", "CO-9")]
public sealed class SnapshotSendingTests
{
    [Fact]
    public void A_follower_that_is_a_little_behind_gets_entries()
    {
        var leader = Leader(trailing: 3, isolated: 3, behind: 2);
        var cluster = leader.Cluster;
        cluster.Rejoin(cluster[3]);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[3].CommitIndex.ShouldBe(leader.CommitIndex);
        cluster[3].Snapshot.Index.ShouldBe(0);
    }

    [Fact]
    public void A_follower_far_behind_gets_one_snapshot_and_then_the_entries_behind_it()
    {
        var leader = Leader(trailing: 3, isolated: 3);
        var (cluster, behind) = (leader.Cluster, leader.Cluster[3]);
        leader.Propose(100, 101);
        cluster.Rejoin(behind);
        cluster.Pass(CoreCluster.Heartbeat * 2, leader);
        for (var beat = 0; beat < 10; beat++)
        {
            cluster.Pass(CoreCluster.Heartbeat, leader);
            foreach (var node in cluster.Nodes) node.Sync();
            cluster.Deliver();
        }

        var transfer = cluster.Transfers.ShouldHaveSingleItem();
        transfer.Mark.Index.ShouldBe(11);
        leader.Core.Followers[1].IsSnapshotting.ShouldBeTrue();
        behind.Leader().ShouldBe(leader.Id, "heartbeats go on");
        leader.Role.ShouldBe(Role.Leader);
        cluster.Run(TimeSpan.FromSeconds(1));
        behind.Snapshot.Index.ShouldBe(11);
        behind.Base.ShouldBe(new LogBase(11, 1, IsReset: true));
        behind.CommitIndex.ShouldBe(leader.CommitIndex);
        Logs.Text(behind.Applied).ShouldBe(Logs.Text(leader.Applied));
        leader.Core.Followers[1].IsSnapshotting.ShouldBeFalse();
    }

    [Fact]
    public void A_snapshot_that_could_not_be_sent_is_wanted_again_after_a_pause()
    {
        var node = LeaderOfLaggard();
        node.Turn(new SnapshotFailed(CoreCluster.Id(3)));
        node.Hear(node.Peer(3).Confirms(1, 0));
        node.Cluster.Transfers.ShouldBeEmpty();
        node.Hear(node.Peer(3).Refuses(1, 6, 1, 1));
        node.Cluster.Transfers.ShouldBeEmpty("it pauses");
        Beat(node, CoreCluster.Timeout + CoreCluster.Heartbeat);
        node.Cluster.Transfers.ShouldHaveSingleItem();
    }

    [Fact]
    public void The_pause_grows_from_one_that_could_not_be_sent_to_the_next_up_to_a_bound_and_one_that_was_sent_ends_that()
    {
        var node = LeaderOfLaggard();
        int[] expected = [1, 2, 4, 8, 16, 16];
        foreach (var timeouts in expected) TimeoutsUntilTheNext(node).ShouldBe(timeouts);
        node.Turn(new SnapshotSent(CoreCluster.Id(3), new(6, 1, Membership.Empty, [])));
        Beat(node, CoreCluster.Timeout * 11);
        node.Hear(node.Peer(3).Refuses(1, 6, 1, 1));
        node.Cluster.Transfers.Clear();
        TimeoutsUntilTheNext(node).ShouldBe(1);
    }

    [Fact]
    public void One_that_has_the_snapshot_though_no_word_of_that_came_back_gets_no_second_one()
    {
        var node = LeaderOfLaggard();
        node.Turn(new SnapshotFailed(CoreCluster.Id(3)));
        Beat(node, CoreCluster.Timeout + CoreCluster.Heartbeat);
        node.Cluster.Sent<AppendEntries>(a => a.To == CoreCluster.Id(3)).First().PreviousIndex.ShouldBe(6, "it is asked where it stands");
        node.Hear(node.Peer(3).Acknowledges(1, 6));
        Beat(node, CoreCluster.Timeout * 2);
        node.Cluster.Transfers.ShouldBeEmpty();
    }

    [Fact]
    public void A_connection_lost_before_the_first_acknowledgement_brings_no_snapshot_to_one_that_is_up_to_date()
    {
        var node = CoreCluster.From(3, _ => new(
            new HardState(1, MemberId.None, true, CoreCluster.View(3)), [Logs.EntryOf(7, 1)])
        {
            Base = new(6, 1, false), Snapshot = new(6, 1, new(CoreCluster.View(3)), CoreCluster.View(3)),
        })[1];
        Candidates.MakeLeader(node);
        node.Turn(new Unreachable(CoreCluster.Id(3)));
        node.Hear(node.Peer(3).Confirms(node.Term, 0));
        node.Hear(node.Peer(3).Confirms(node.Term, 0));
        node.Cluster.Transfers.ShouldBeEmpty();
        node.Peer(3).Takes().OfType<AppendEntries>().First().PreviousIndex.ShouldBe(7);
        node.Hear(node.Peer(3).Refuses(node.Term, 7, 2, 1));
        node.Cluster.Transfers.ShouldHaveSingleItem("now it is known to be far behind");
    }

    [Fact]
    public void One_that_does_not_answer_gets_no_snapshot()
    {
        var node = LeaderOfLaggard();
        node.Turn(new SnapshotFailed(CoreCluster.Id(3)));
        for (var beat = 0; beat < 20; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            node.Hear(node.Peer(2).Confirms(1, 0));
        }

        node.Role.ShouldBe(Role.Leader);
        node.Cluster.Transfers.ShouldBeEmpty();
    }

    [Fact]
    public void A_snapshot_that_was_sent_and_is_not_acknowledged_is_asked_for()
    {
        var node = LeaderOfLaggard();
        node.Turn(new SnapshotSent(CoreCluster.Id(3), new(6, 1, Membership.Empty, [])));
        Beat(node, CoreCluster.Timeout * 11);
        var asked = node.Cluster.Sent<AppendEntries>(a => a.To == CoreCluster.Id(3)).First();
        asked.PreviousIndex.ShouldBe(6);
        asked.Entries.ShouldBeEmpty("it may still be at work");
        node.Hear(node.Peer(3).Refuses(1, 6, 1, 1));
        node.Cluster.Transfers.ShouldHaveSingleItem("it died, and knows nothing of it");
    }

    [Fact]
    public void A_lost_connection_ends_the_wait_for_a_snapshot_that_was_sent()
    {
        var node = LeaderOfLaggard();
        node.Turn(new Unreachable(CoreCluster.Id(3)));
        node.Core.Followers[1].IsSnapshotting.ShouldBeTrue("its sender knows whether it still arrives");
        node.Turn(new SnapshotSent(CoreCluster.Id(3), new(6, 1, Membership.Empty, [])));
        node.Turn(new Unreachable(CoreCluster.Id(3)));
        node.Core.Followers[1].IsSnapshotting.ShouldBeFalse();
    }

    /// <summary>A snapshot fails, and the laggard asks on: how many election timeouts it takes until it gets another.</summary>
    private static int TimeoutsUntilTheNext(CoreNode node)
    {
        node.Turn(new SnapshotFailed(CoreCluster.Id(3)));
        var timeouts = 0;
        for (; node.Cluster.Transfers.Count == 0; timeouts++)
        {
            node.Hear(node.Peer(3).Refuses(1, 6, 1, 1));
            Beat(node, CoreCluster.Timeout);
        }

        node.Cluster.Transfers.Clear();
        return timeouts;
    }
}
