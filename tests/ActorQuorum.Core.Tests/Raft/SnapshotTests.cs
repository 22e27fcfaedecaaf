using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;
using static ActorQuorum.Core.Tests.Harness.Compacted;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §7: the log begins behind a snapshot, and a follower takes a leader's in its place.</summary>
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
