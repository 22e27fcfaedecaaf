using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Dissertation §9.6 (pre-vote) and §6.2 (stickiness).</summary>
[Trait("Row", "CO-1")]
public sealed class PreVoteTests
{
    [Fact]
    public void An_isolated_node_does_not_raise_its_term()
    {
        var cluster = CoreCluster.Of(3);
        cluster.Elect(1);
        cluster.Isolate(cluster[3]);
        cluster.Run(TimeSpan.FromSeconds(10));
        cluster[3].Role.ShouldNotBe(Role.Leader);
        cluster[3].Term.ShouldBe(1);
        cluster[3].State.Term.ShouldBe(1);
    }

    [Fact]
    public void A_rejoined_node_disturbs_nobody_and_follows_again()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        cluster.Isolate(cluster[3]);
        cluster.Run(TimeSpan.FromSeconds(3));
        leader.Propose(1);
        cluster.Settle();
        cluster.Rejoin(cluster[3]);
        cluster.Run(TimeSpan.FromSeconds(2));
        leader.Role.ShouldBe(Role.Leader);
        leader.Term.ShouldBe(1);
        cluster[3].Core.Leader.ShouldBe(leader.Id);
        cluster[3].CommitIndex.ShouldBe(leader.CommitIndex);
    }

    [Fact]
    public void A_node_that_was_cut_off_while_a_new_leader_was_elected_comes_back()
    {
        var cluster = CoreCluster.Of(3);
        cluster.Elect(3);
        cluster.Isolate(cluster[3]);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader && n.Term > 1));
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[3].Role.ShouldNotBe(Role.Leader);
        cluster.Rejoin(cluster[3]);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[3].Core.Leader.ShouldBe(cluster.Nodes.Single(n => n.Role == Role.Leader).Id);
    }

    [Fact]
    public void A_pre_vote_changes_neither_term_nor_vote()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksPreVote(4));
        node.Hear(node.Peer(3).AsksPreVote(4));
        node.Disk.ShouldBeEmpty();
        node.Term.ShouldBe(0);
        node.Core.Vote.IsNone.ShouldBeTrue();
        node.Cluster.Sent<RequestVoteReply>().Count(r => r is { IsGranted: true, IsPreVote: true, RequestTerm: 4 }).ShouldBe(2);
    }

    [Fact]
    public void A_pre_candidate_asks_about_its_log_without_raising_its_term()
    {
        var node = CoreCluster.Of(3, _ => [1, 2], _ => 4)[1];
        Candidates.MakePreCandidate(node);
        node.Disk.ShouldBeEmpty();
        node.Term.ShouldBe(4);
        node.Peer(2).Takes<RequestVote>().ShouldBe(
            new RequestVote(0, node.Id, CoreCluster.Id(2), 4, CoreCluster.IncarnationOf(1), 2, 2, true, false));
    }

    [Fact]
    public void A_pre_candidate_without_a_quorum_asks_again_and_never_campaigns()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakePreCandidate(node);
        node.Cluster.Drop();
        node.Cluster.Pass(CoreCluster.Timeout * 3, node);
        node.Peer(2).Takes().OfType<RequestVote>().ShouldAllBe(r => r.IsPreVote);
        node.Term.ShouldBe(0);
    }

    [Fact]
    public void Pre_votes_do_not_count_as_votes_nor_votes_as_pre_votes()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakePreCandidate(node);
        node.Hear(node.Peer(2).Votes(0));
        node.Role.ShouldBe(Role.PreCandidate);
        node.Hear(node.Peer(2).Votes(0, isPreVote: true));
        node.Role.ShouldBe(Role.Candidate);
        node.Sync();
        node.Hear(node.Peer(3).Votes(1, isPreVote: true));
        node.Role.ShouldBe(Role.Candidate);
    }

    [Fact]
    public void A_node_that_hears_its_leader_denies_and_keeps_its_term()
    {
        foreach (var isPreVote in new[] { true, false })
        {
            var node = CoreCluster.Of(3, _ => [], _ => 4)[1];
            node.Hear(node.Peer(2).Beats(4));
            node.Cluster.Drop();
            node.Hear(node.Peer(3).AsksVote(9, 7, 4, isPreVote));
            var reply = node.Peer(3).Takes<RequestVoteReply>();
            reply.IsGranted.ShouldBeFalse();
            reply.Term.ShouldBe(4);
            node.Core.Leader.ShouldBe(CoreCluster.Id(2));
        }
    }

    [Fact]
    public void A_leader_that_hears_a_quorum_denies()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Hear(node.Peer(3).AsksVote(9, 7, 4));
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        node.Role.ShouldBe(Role.Leader);
    }

    [Fact]
    public void Stickiness_ends_when_the_leader_was_silent_for_a_timeout()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 4)[1];
        node.Hear(node.Peer(2).Beats(4));
        node.Cluster.Now += CoreCluster.Timeout - TimeSpan.FromTicks(1);
        node.Hear(node.Peer(3).AsksPreVote(4));
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        node.Cluster.Now += TimeSpan.FromTicks(1);
        node.Hear(node.Peer(3).AsksPreVote(4));
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void A_node_that_doubts_its_leader_helps_others()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 4)[1];
        node.Hear(node.Peer(2).Beats(4));
        Candidates.MakePreCandidate(node);
        node.Cluster.Drop();
        node.Hear(node.Peer(3).AsksPreVote(4));
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void In_a_term_that_has_a_leader_nobody_else_gets_the_vote()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 4)[1];
        node.Hear(node.Peer(2).Beats(4));
        node.Cluster.Drop();
        node.Cluster.Now += CoreCluster.Timeout * 3;
        node.Hear(node.Peer(3).AsksVote(4));
        node.Sync();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
    }

    [Fact]
    public void Whoever_speaks_in_a_stale_term_is_always_answered_with_the_new_one()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 7)[1];
        foreach (var word in new Func<Peer, RaftMessage>[] { p => p.Beats(3), p => p.Appends(3, 0, 0, []), p => p.AsksVote(3), p => p.AsksPreVote(3) })
        {
            node.Hear(word(node.Peer(3)));
            node.Peer(3).Takes().ShouldHaveSingleItem().Term.ShouldBe(7);
        }
    }

    [Fact]
    public void A_candidate_with_a_higher_term_is_taken_back_by_the_leader_it_answers()
    {
        var cluster = CoreCluster.Of(3, _ => [], n => n == 3 ? 8 : 0);
        var leader = cluster[1];
        cluster.Isolate(cluster[3]);
        cluster.Elect(1);
        cluster.Rejoin(cluster[3]);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader && n.Term > 8));
        cluster.Run(CoreCluster.Heartbeat * 2);
        cluster.Nodes.ShouldAllBe(n => !n.Core.Leader.IsNone && n.Term == cluster[3].Term);
        leader.RoleChanges.ShouldContain(c => c.Cause == RoleCause.HigherTerm);
    }
}
