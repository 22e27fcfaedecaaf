using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>DESIGN "What may leave before the disk": entries.</summary>
[Trait("Row", "RP-7")]
public sealed class DurabilityTests
{
    [Fact]
    public void No_acknowledgement_leaves_before_its_entries_are_durable()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 0, 0, [1]));
        node.Cluster.Network.ShouldBeEmpty();
        node.Hear(node.Peer(2).Appends(1, 1, 1, [1]));
        node.WriteOne();
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(1);
        node.WriteOne();
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(2);
    }

    [Fact]
    public void A_repeated_append_is_not_acknowledged_before_the_first_one_is_durable()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 1)[1];
        var append = node.Peer(2).Appends(1, 0, 0, [1]);
        node.Hear(append);
        node.Hear(append);
        node.Hear(node.Peer(2).Appends(1, 1, 1, []));
        node.Cluster.Network.ShouldBeEmpty();
        node.Sync();
        node.Peer(2).Takes().Count.ShouldBe(3);
    }

    [Fact]
    public void What_is_durable_is_acknowledged_at_once()
    {
        var node = CoreCluster.Of(3, _ => [1, 1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 1, 1, [1]));
        node.Disk.ShouldBeEmpty();
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(2);
    }

    [Fact]
    public void A_refusal_needs_no_disk()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 9, 1, []));
        node.Disk.ShouldBeEmpty();
        node.Peer(2).Takes<AppendEntriesReply>().IsSuccess.ShouldBeFalse();
    }

    [Fact]
    public void The_leaders_own_copy_counts_only_once_it_is_durable()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(1);
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(1, "one follower and a disk that is still at work");
        node.Sync();
        node.CommitIndex.ShouldBe(2);
    }

    [Fact]
    public void A_quorum_of_followers_commits_without_the_leaders_disk_but_nothing_is_applied_before_it()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Applied.Count.ShouldBe(1);
        node.Propose(1);
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        node.Hear(node.Peer(3).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(2);
        node.Applied.Count.ShouldBe(1);
        node.Sync();
        node.Applied.Count.ShouldBe(2);
    }

    [Fact]
    public void A_follower_applies_only_what_is_committed_and_durable()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 0, 0, [1, 1, 1], commit: 2));
        node.CommitIndex.ShouldBe(2);
        node.Applied.ShouldBeEmpty();
        node.Sync();
        node.Applied.Select(e => e.Index).ShouldBe([1, 2]);
        node.Hear(node.Peer(2).Beats(1, commit: 3));
        node.Applied.Select(e => e.Index).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void A_late_acknowledgement_of_the_disk_from_before_a_truncation_is_ignored()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 1, 1, [1, 1]));
        var late = node.WriteOne();
        node.Cluster.Drop();
        node.Hear(node.Peer(3).Appends(2, 1, 1, [2, 2]));
        node.Turn(late);
        node.Core.Log.DurableIndex.ShouldBe(1, "the acknowledged entries 2 and 3 were those of term 1");
        node.Hear(node.Peer(3).Appends(2, 3, 2, [], commit: 3));
        node.Cluster.Network.ShouldBeEmpty();
        node.Applied.Select(e => e.Term).ShouldBe([1]);
        node.Sync();
        node.Core.Log.DurableIndex.ShouldBe(3);
        node.Applied.Select(e => e.Term).ShouldBe([1, 2, 2]);
    }

    [Fact]
    public void The_generation_rises_with_each_truncation()
    {
        var node = CoreCluster.Of(3, _ => [1, 1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 2, 1, [1]));
        node.Hear(node.Peer(3).Appends(2, 1, 1, [2]));
        node.Disk.Select(p => p.Generation).ShouldBe([0, 1]);
        node.Disk.Select(p => p.TruncateFrom).ShouldBe([0, 2]);
        node.Disk.Select(p => p.LastIndex).ShouldBe([3, 2]);
        node.Disk.Select(p => p.Sequence).ShouldBe([1, 2]);
    }

    [Fact]
    public void Entries_that_were_truncated_before_they_reached_the_disk_never_reach_it()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 1, 1, [1]), node.Peer(3).Appends(2, 1, 1, [2]));
        var persist = node.Disk.ShouldHaveSingleItem();
        persist.TruncateFrom.ShouldBe(0);
        persist.Entries.Select(e => e.Term).ShouldBe([2]);
        node.Sync();
        node.Core.Log.DurableIndex.ShouldBe(2);
    }

    [Fact]
    public void No_more_than_a_window_is_handed_to_a_slow_state_machine()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1, 1, 1], _ => 1, o => o with { ApplyWindow = 2 })[1];
        node.AppliesAtOnce = false;
        node.Hear(node.Peer(2).Appends(1, 5, 1, [], commit: 5));
        node.Applied.Count.ShouldBe(2);
        node.Turn(new Applied(1));
        node.Applied.Count.ShouldBe(3);
        node.Turn(new Applied(3));
        node.Applied.Select(e => e.Index).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public void A_crash_loses_only_what_was_never_acknowledged()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        cluster.Settle();
        leader.Propose(2);
        cluster.Deliver(m => m is AppendEntries);
        cluster[2].Restart().LogTerms.Length.ShouldBe(2);
        leader.Restart().LogTerms.Length.ShouldBe(2);
    }
}
