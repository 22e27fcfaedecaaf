using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;
using static ActorQuorum.Core.Tests.Harness.Laggards;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §7: the log begins behind a snapshot, and who needs what is gone gets the snapshot.</summary>
[Trait("Row", "CO-9")]
public sealed class SnapshotTests
{
    [Fact]
    public void Entries_before_a_snapshot_go_but_for_those_that_trail()
    {
        var leader = Leader(trailing: 3);
        leader.Core.Log.BaseIndex.ShouldBe(8);
        leader.Core.Log.FirstIndex.ShouldBe(9);
        leader.Core.Log.LastIndex.ShouldBe(11);
        leader.Base.ShouldBe(new LogBase(8, 1, IsReset: false));
        leader.Entries.Select(e => e.Index).ShouldBe([9, 10, 11]);
        leader.Turn(new SnapshotTaken(5));
        leader.Core.Log.BaseIndex.ShouldBe(8, "an older snapshot changes nothing");
    }

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

    [Fact]
    public void A_snapshot_of_what_is_committed_here_is_acknowledged_and_not_installed()
    {
        var node = Follower();
        node.Turn(Arrived(node, 3, 1));
        node.Installing.ShouldBeNull();
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(6, "as far as its log was shown to agree");
        node.Core.Log.LastIndex.ShouldBe(6);
    }

    [Fact]
    public void A_snapshot_of_what_stands_in_the_log_commits_it_and_the_log_behind_it_stays()
    {
        var node = Follower();
        node.Turn(Arrived(node, 6, 1));
        node.Installing.ShouldBeNull();
        node.CommitIndex.ShouldBe(6);
        node.Core.Log.BaseIndex.ShouldBe(0);
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(6);
    }

    [Fact]
    public void A_snapshot_of_a_past_term_is_not_heard()
    {
        var node = Follower();
        node.Turn(Arrived(node, 9, 1) with { Term = 0 });
        node.Installing.ShouldBeNull();
        node.Cluster.Network.ShouldBeEmpty();
    }

    [Fact]
    public void While_a_snapshot_is_installed_nothing_is_applied_appended_or_campaigned_for()
    {
        var node = Follower();
        Arrive(node, 9, 1);
        node.Hear(node.Peer(2).Appends(1, 5, 1, [1], commit: 6), node.Peer(2).Beats(1, commit: 6));
        node.Cluster.Sent<AppendEntriesReply>().ShouldBeEmpty();
        node.Applied.Count.ShouldBe(5);
        node.Turn(Arrived(node, 12, 1));
        node.Cluster.Pass(TimeSpan.FromSeconds(2), node);
        node.Role.ShouldBe(Role.Follower);
        node.Install();
        node.Snapshot.Index.ShouldBe(9, "one at a time");
    }

    [Fact]
    public void An_installed_snapshot_replaces_a_log_that_conflicts_with_it_and_is_acknowledged()
    {
        var node = Follower();
        Arrive(node, 9, 1);
        node.Cluster.Drop();
        node.Install();
        node.Core.Log.BaseIndex.ShouldBe(9);
        node.Core.Log.LastIndex.ShouldBe(9);
        node.CommitIndex.ShouldBe(9);
        node.Core.AppliedIndex.ShouldBe(9);
        var acknowledged = node.Peer(2).Takes<AppendEntriesReply>();
        acknowledged.IsSuccess.ShouldBeTrue();
        acknowledged.MatchIndex.ShouldBe(9);
        node.Hear(node.Peer(2).Appends(1, 9, 1, [1, 1], commit: 11));
        node.Sync();
        node.Entries.Select(e => e.Index).ShouldBe([10, 11]);
        node.CommitIndex.ShouldBe(11);
    }

    [Fact]
    public void What_a_snapshot_holds_already_is_skipped_when_it_is_appended_again()
    {
        var node = Follower();
        Arrive(node, 9, 1);
        node.Install();
        node.Sync();
        node.Cluster.Drop();
        node.Hear(node.Peer(2).Appends(1, 3, 1, [1, 1, 1]));
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(9, "all that it holds is committed, so the leader's too");
        node.Hear(node.Peer(2).Appends(1, 7, 1, [1, 1, 1, 1], commit: 11));
        node.Sync();
        node.Core.Log.LastIndex.ShouldBe(11);
        node.CommitIndex.ShouldBe(11);
        node.Core.Log.FirstIndex.ShouldBe(10);
    }

    [Fact]
    public void A_refusal_never_points_before_the_base()
    {
        var node = Follower();
        Arrive(node, 9, 1);
        node.Install();
        node.Sync();
        node.Cluster.Drop();
        node.Hear(node.Peer(2).Appends(1, 20, 1, []));
        var refusal = node.Peer(2).Takes<AppendEntriesReply>();
        (refusal.HintIndex, refusal.HintTerm).ShouldBe((9, 1));
        node.Hear(node.Peer(2).Appends(0, 4, 0, []));
        node.Peer(2).Takes<AppendEntriesReply>().IsSuccess.ShouldBeFalse("of a past term");
    }

    [Fact]
    public void A_node_restarts_from_its_snapshot_and_the_entries_behind_the_base()
    {
        var leader = Leader(trailing: 3);
        var restarted = leader.Restart();
        restarted.Core.AppliedIndex.ShouldBe(11);
        restarted.CommitIndex.ShouldBe(11);
        restarted.Core.Log.FirstIndex.ShouldBe(9);
        restarted.Core.Log.LastIndex.ShouldBe(11);
        VotersOf(restarted).ShouldBe([1, 2, 3]);
        leader.Cluster.Run(TimeSpan.FromSeconds(3));
        var next = leader.Cluster.Nodes.Single(n => n.Role == Role.Leader);
        next.Propose(300);
        leader.Cluster.Run(TimeSpan.FromSeconds(1));
        Logs.Text(leader.Cluster[1].Applied).ShouldBe(Logs.Text(next.Applied));
    }

    [Fact]
    public void A_node_that_died_between_a_snapshot_and_the_log_behind_it_puts_the_log_right()
    {
        var node = Follower();
        Arrive(node, 9, 1);
        node.Install();
        node.Disk.ShouldNotBeEmpty();
        var restarted = node.Restart();
        restarted.Entries.Count.ShouldBe(6, "the disk still has the old log");
        restarted.Core.Log.LastIndex.ShouldBe(9);
        restarted.Turn();
        restarted.Sync();
        restarted.Base.ShouldBe(new LogBase(9, 1, IsReset: true));
        restarted.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void A_log_that_begins_behind_its_snapshot_stops_the_node()
    {
        var state = new HardState(1, MemberId.None, true, CoreCluster.View(3));
        Should.Throw<InvariantViolationException>(() => CoreCluster.From(3, _ => new(state, []) { Base = new(5, 1, false) }));
    }

    [Fact]
    public void A_joint_configuration_is_carried_whole()
    {
        var joint = Joint([1, 2, 3], [1, 4, 5]);
        var mark = new SnapshotMark(9, 1, joint, CoreCluster.View(3));
        SnapshotMark.TryDecode(mark.Encode(), out var carried).ShouldBeTrue();
        var node = Follower();
        node.Hear(new SnapshotTransfer(node.Cluster[2], node.Id, 1, carried, []));
        node.Install();
        node.Core.Membership.IsJoint.ShouldBeTrue();
        OutgoingOf(node).ShouldBe([1, 2, 3]);
        VotersOf(node).ShouldBe([1, 4, 5]);
        var restarted = node.Restart();
        restarted.Core.Membership.IsJoint.ShouldBeTrue();
    }

    [Fact]
    public void A_configuration_behind_the_snapshot_wins_over_the_snapshots()
    {
        var state = new HardState(1, MemberId.None, true, CoreCluster.View(3));
        var node = CoreCluster.From(3, _ => new(
            state, [EntryOf(5, 1, new(CoreCluster.View(2))), EntryOf(6, 1, new(CoreCluster.View(3))), EntryOf(7, 1, new(CoreCluster.View(1)))])
        {
            Base = new(4, 1, false), Snapshot = new(6, 1, new(CoreCluster.View(3)), CoreCluster.View(3)),
        })[1];
        VotersOf(node).ShouldBe([1]);
        node.Hear(node.Peer(2).Appends(2, 6, 1, [2]));
        VotersOf(node).ShouldBe([1, 2, 3], "rolled back with its entry");
    }

    [Fact]
    public void A_late_acknowledgement_of_the_log_before_an_installed_snapshot_counts_for_nothing()
    {
        var node = Follower();
        node.Hear(node.Peer(2).Appends(1, 6, 1, [.. Enumerable.Repeat(1L, 24)]));
        Arrive(node, 20, 2);
        var late = node.WriteOne();
        node.Install();
        node.Turn(late);
        node.Core.Log.DurableIndex.ShouldBe(20);
        node.Hear(node.Peer(2).Appends(2, 20, 2, [2]));
        node.Core.Log.DurableIndex.ShouldBe(20);
    }

    [Fact]
    public void The_founders_are_known_though_their_entry_is_compacted()
    {
        var history = new MembershipHistory(new(CoreCluster.View(3)));
        history.Appended(EntryOf(1, 1, new(CoreCluster.View(3))));
        history.Appended(EntryOf(4, 1, new(CoreCluster.View(5))));
        history.Appended(EntryOf(6, 1, new(CoreCluster.View(4))));
        history.CompactedTo(5);
        history.Founders.ShouldBe(CoreCluster.View(3));
        history.CommittedAt(5).Voters.ShouldBe(CoreCluster.View(5));
        history.TruncatedFrom(6);
        history.Latest.Voters.ShouldBe(CoreCluster.View(5));
        history.LatestIndex.ShouldBe(4);
    }

    /// <summary>A settled leader of three with eleven entries applied and a snapshot of them.</summary>
    private static CoreNode Leader(long trailing, int isolated = 0, int behind = 10)
    {
        var cluster = CoreCluster.Of(3, o => o with { TrailingEntries = trailing });
        var leader = cluster.Elect(1);
        leader.Propose([.. Enumerable.Range(1, 10 - behind).Select(n => (long)n)]);
        cluster.Settle();
        if (isolated > 0) cluster.Isolate(cluster[isolated]);
        leader.Propose([.. Enumerable.Range(11 - behind, behind).Select(n => (long)n)]);
        cluster.Settle();
        leader.TakeSnapshot();
        cluster.Settle();
        return leader;
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

    /// <summary>Member 1, which follows member 2 in term 1 with six entries, five of them applied.</summary>
    private static CoreNode Follower()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1, 1, 1, 1])[1];
        node.Hear(node.Peer(2).Appends(1, 6, 1, [], commit: 5));
        node.Sync();
        node.Applied.Count.ShouldBe(5);
        node.Cluster.Drop();
        return node;
    }

    private static SnapshotArrived Arrived(CoreNode node, long index, long term) =>
        new(node.Peer(2).Id, 1, new(index, term, new(CoreCluster.View(3)), CoreCluster.View(3)));

    private static void Arrive(CoreNode node, long index, long term)
    {
        var arrived = Arrived(node, index, term);
        node.Hear(new SnapshotTransfer(node.Cluster[2], node.Id, Math.Max(node.Term, term), arrived.Mark, []));
        node.Installing.ShouldNotBeNull();
    }
}

/// <summary>Who a node follows.</summary>
internal static class Following
{
    public static MemberId Leader(this CoreNode node) => node.Core.Leader;
}
