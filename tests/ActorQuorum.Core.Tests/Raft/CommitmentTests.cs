using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §5.3, §5.4.2.</summary>
public sealed class CommitmentTests
{
    [Fact]
    [Trait("Row", "RN-4")]
    public void An_entry_is_committed_once_a_majority_holds_it_and_not_before()
    {
        var node = CoreCluster.Of(5)[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(1);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(1);
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(1, "one follower twice is one follower");
        node.Hear(node.Peer(3).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(2);
    }

    [Fact]
    [Trait("Row", "RN-4")]
    public void A_refusing_follower_does_not_count()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(1);
        node.Sync();
        node.Hear(node.Peer(2).Refuses(1, 2, 2, 1));
        node.Hear(node.Peer(3).Refuses(1, 2, 2, 1));
        node.CommitIndex.ShouldBe(1);
    }

    [Fact]
    [Trait("Row", "CO-1")]
    public void Entries_of_earlier_terms_are_not_committed_by_counting_figure_8()
    {
        // (c): S1 leads term 4 and has brought its entry of term 2 to a majority of five. Its own entry of term 4 stands nowhere else.
        var cluster = CoreCluster.Of(5, n => n is 1 or 2 or 3 ? [1, 2] : n == 5 ? [1, 3] : [1], _ => 3);
        var s1 = cluster[1];
        Candidates.MakeLeader(s1);
        s1.Term.ShouldBe(4);
        s1.Hear(s1.Peer(2).Acknowledges(4, 2));
        s1.Hear(s1.Peer(3).Acknowledges(4, 2));
        s1.CommitIndex.ShouldBe(0);

        // (d): so S5 may still be elected and overwrite it.
        s1.IsUp = false;
        cluster.Drop();
        cluster.Elect(5);
        cluster.Run(CoreCluster.Heartbeat * 2);
        cluster[2].LogTerms.ShouldBe([1, 3, cluster[5].Term]);
    }

    [Fact]
    [Trait("Row", "CO-1")]
    public void Entries_of_earlier_terms_are_committed_with_one_of_the_leaders_own_figure_8e()
    {
        var s1 = CoreCluster.Of(5, n => n is 1 or 2 or 3 ? [1, 2] : [1], _ => 3)[1];
        Candidates.MakeLeader(s1);
        s1.Hear(s1.Peer(2).Acknowledges(4, 3));
        s1.Hear(s1.Peer(3).Acknowledges(4, 3));
        s1.CommitIndex.ShouldBe(3);
        s1.Applied.Select(e => e.Term).ShouldBe([1, 2, 4]);
    }

    [Fact]
    [Trait("Row", "CO-1")]
    public void A_new_leader_appends_an_entry_of_its_own_at_once()
    {
        var cluster = CoreCluster.Of(3);
        cluster.Elect(1).Core.Log[1].Kind.ShouldBe(EntryKind.Configuration, "the first leader writes down who is bound to which directory");
        cluster[1].IsUp = false;
        var second = cluster.Elect(2);
        second.Core.Log[2].ShouldBe(new Entry(2, second.Term, EntryKind.Noop, ReadOnlyMemory<byte>.Empty));
        second.CommitIndex.ShouldBe(2);
    }

    [Fact]
    [Trait("Row", "RP-9")]
    public void A_followers_commit_index_does_not_pass_the_last_entry_the_message_matched()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1, 1], _ => 2)[1];
        node.Hear(node.Peer(2).Appends(2, 1, 1, [1], commit: 4));
        node.CommitIndex.ShouldBe(2);
    }

    [Fact]
    [Trait("Row", "RP-9")]
    public void A_heartbeat_does_not_commit_entries_that_diverge()
    {
        var node = CoreCluster.Of(3, _ => [1, 2, 2], _ => 3)[1];
        node.Hear(node.Peer(2).Beats(3, commit: 3));
        node.CommitIndex.ShouldBe(0);
        node.Hear(node.Peer(2).Appends(3, 1, 1, []));
        node.Hear(node.Peer(2).Beats(3, commit: 3));
        node.CommitIndex.ShouldBe(1);
        node.Hear(node.Peer(2).Appends(3, 3, 3, [], commit: 3));
        node.CommitIndex.ShouldBe(1, "a refused message commits nothing");
    }

    [Fact]
    public void An_acknowledgement_to_this_leader_of_an_earlier_term_does_not_count()
    {
        // Entries of that term may have been truncated since. The simulator does not reach this: a leader would have to lose its log's end,
        // and the lead, and win it again while one answer is under way.
        var node = CoreCluster.Of(3, _ => [1, 1], _ => 3)[1];
        Candidates.MakeLeader(node);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(3, 3));
        node.CommitIndex.ShouldBe(0);
        node.Hear(node.Peer(2).Acknowledges(4, 3));
        node.CommitIndex.ShouldBe(3);
    }

    [Fact]
    public void A_leader_that_cannot_commit_takes_no_more_than_it_may_hold()
    {
        var node = CoreCluster.Of(3, options => options with { UncommittedSizeBytes = 500 })[1];
        Candidates.MakeSettledLeader(node);
        for (var request = 1; request <= 100; request++) node.Propose(request);
        node.Accepted.Count.ShouldBeInRange(2, 50);
        (node.Accepted.Count + node.Refused.Count).ShouldBe(100);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, node.Core.Log.LastIndex));
        node.CommitIndex.ShouldBe(node.Core.Log.LastIndex);
        var accepted = node.Accepted.Count;
        node.Propose(101);
        node.Accepted.Count.ShouldBe(accepted + 1);
    }

    [Fact]
    public void What_an_old_leader_verified_says_nothing_of_a_new_ones_log()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 3, 1, []));
        node.Hear(node.Peer(3).Beats(2, commit: 3));
        node.CommitIndex.ShouldBe(0);
    }

    [Fact]
    public void A_heartbeat_never_tells_a_follower_more_than_it_is_known_to_hold()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(1, 2);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 3));
        node.CommitIndex.ShouldBe(3);
        node.Cluster.Drop();
        node.Cluster.Pass(CoreCluster.Heartbeat, node);
        node.Peer(2).Takes<Heartbeat>().CommitIndex.ShouldBe(3);
        node.Peer(3).Takes<Heartbeat>().CommitIndex.ShouldBe(1);
    }

    [Fact]
    public void A_heartbeat_tells_a_follower_in_step_what_was_committed_since()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        cluster.Settle();
        cluster.Run(CoreCluster.Heartbeat * 2);
        cluster.Nodes.ShouldAllBe(n => n.CommitIndex == 2 && n.Applied.Count == 2);
    }

    [Fact]
    public void A_follower_that_restarted_unnoticed_learns_of_the_commit_index_without_a_write()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        cluster.Run(CoreCluster.Heartbeat * 2);
        cluster[2].Restart();
        cluster.Run(CoreCluster.Timeout * 3);
        cluster[2].CommitIndex.ShouldBe(2);
        cluster[2].Applied.Count.ShouldBe(2);
    }

    [Fact]
    public void A_follower_that_doubted_its_leader_learns_of_the_commit_index_without_a_write()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        cluster.Deliver(m => m is AppendEntries);
        foreach (var node in cluster.Nodes) node.Sync();
        cluster.Deliver(m => m is AppendEntriesReply);
        cluster.Drop();
        cluster[2].CommitIndex.ShouldBe(1);
        cluster.PassDeadline(cluster[2]);
        cluster[2].Role.ShouldBe(Role.PreCandidate);
        cluster.Drop();
        cluster.Run(CoreCluster.Timeout * 3);
        leader.Role.ShouldBe(Role.Leader);
        cluster[2].CommitIndex.ShouldBe(2);
    }

    [Fact]
    public void A_commit_index_never_falls()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 3, 1, [], commit: 3));
        node.Hear(node.Peer(2).Appends(1, 3, 1, [], commit: 1));
        node.Hear(node.Peer(2).Beats(1, commit: 1));
        node.CommitIndex.ShouldBe(3);
    }

    [Fact]
    public void A_committed_entry_that_would_be_truncated_stops_the_node()
    {
        var node = CoreCluster.Of(3, _ => [1, 1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 2, 1, [], commit: 2));
        Should.Throw<InvariantViolationException>(() => node.Hear(node.Peer(2).Appends(2, 1, 1, [2])))
            .Message.ShouldContain("would be truncated");
    }
}
