using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §5.1, §5.2.</summary>
[Trait("Row", "RP-9")]
public sealed class ElectionTests
{
    [Fact]
    public void A_node_starts_as_a_follower_without_a_leader()
    {
        var node = CoreCluster.Of(3)[1];
        node.Role.ShouldBe(Role.Follower);
        node.Core.Leader.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void One_of_three_is_elected_and_all_know_it()
    {
        var cluster = CoreCluster.Of(3);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader));
        cluster.Run(CoreCluster.Heartbeat * 2);
        var leader = cluster.Nodes.Single(n => n.Role == Role.Leader);
        cluster.Nodes.ShouldAllBe(n => n.Core.Leader == leader.Id && n.Term == leader.Term);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void Exactly_a_majority_of_votes_elects(int members, int quorum)
    {
        var cluster = CoreCluster.Of(members);
        var node = cluster[1];
        Candidates.MakeCandidate(node);
        node.SyncOne();
        for (var votes = 1; votes < members; votes++)
        {
            node.Role.ShouldBe(votes < quorum ? Role.Candidate : Role.Leader, $"{votes} votes of {members}");
            node.Hear(node.Peer(votes + 1).Votes(node.Term));
        }

        node.Role.ShouldBe(Role.Leader);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    public void A_quorum_is_a_majority_of_all_members(int members, int quorum)
    {
        var membership = new Membership(CoreCluster.View(members));
        for (var holding = 0; holding <= members; holding++)
        {
            var count = (ulong)holding;
            membership.IsQuorum(id => id.Value <= count).ShouldBe(holding >= quorum);
            membership.QuorumOf(id => id.Value <= count ? 7 : 3).ShouldBe(holding >= quorum ? 7 : 3);
        }
    }

    [Fact]
    [Trait("Row", "RN-9")]
    public void A_single_node_leads_and_commits_alone()
    {
        var cluster = CoreCluster.Of(1);
        cluster.RunUntil(() => cluster[1].Role == Role.Leader);
        cluster[1].Propose(1);
        cluster[1].CommitIndex.ShouldBe(1);
        cluster.Settle();
        cluster[1].CommitIndex.ShouldBe(2);
        cluster[1].Applied.Count.ShouldBe(2);
    }

    [Fact]
    public void A_node_gives_one_vote_a_term()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksVote(5));
        node.Hear(node.Peer(3).AsksVote(5));
        node.Sync();
        node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        node.Core.Vote.ShouldBe(CoreCluster.Id(2));
    }

    [Fact]
    public void The_same_candidate_that_asks_again_is_granted_again()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksVote(5));
        node.Hear(node.Peer(2).AsksVote(5));
        node.Sync();
        node.Peer(2).Takes().OfType<RequestVoteReply>().ShouldAllBe(r => r.IsGranted);
    }

    [Fact]
    public void A_vote_does_not_block_the_next_term()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksVote(5));
        node.Hear(node.Peer(3).AsksVote(6));
        node.Sync();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
        node.State.ShouldBe(node.State with { Term = 6, Vote = CoreCluster.Id(3) });
    }

    [Fact]
    public void A_vote_survives_a_restart()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksVote(5));
        node.Sync();
        node.Cluster.Drop();
        node = node.Restart();
        node.Hear(node.Peer(3).AsksVote(5));
        node.Sync();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        node.Core.Vote.ShouldBe(CoreCluster.Id(2));
    }

    [Fact]
    public void A_candidate_of_a_stale_term_is_refused_and_told_the_term()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 7)[1];
        node.Hear(node.Peer(2).AsksVote(6, 9, 6));
        var reply = node.Peer(2).Takes<RequestVoteReply>();
        reply.IsGranted.ShouldBeFalse();
        reply.Term.ShouldBe(7);
        reply.RequestTerm.ShouldBe(6);
    }

    // §5.4.1: my log ends in term 3 at index 4.
    [Theory]
    [InlineData(3, 4, true, "the same log")]
    [InlineData(3, 5, true, "same last term, longer")]
    [InlineData(3, 3, false, "same last term, shorter")]
    [InlineData(4, 1, true, "later last term, shorter")]
    [InlineData(4, 9, true, "later last term, longer")]
    [InlineData(2, 9, false, "earlier last term, longer")]
    [InlineData(2, 1, false, "earlier last term, shorter")]
    public void Only_a_log_at_least_as_up_to_date_gets_the_vote(long lastTerm, long lastIndex, bool isGranted, string case_)
    {
        foreach (var isPreVote in new[] { false, true })
        {
            var node = CoreCluster.Of(3, _ => [1, 1, 2, 3])[1];
            node.Hear(node.Peer(2).AsksVote(9, lastIndex, lastTerm, isPreVote));
            node.Sync();
            node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBe(isGranted, case_);
        }
    }

    [Fact]
    public void A_denied_vote_does_not_count_as_granted()
    {
        var cluster = CoreCluster.Of(5);
        var node = cluster[1];
        Candidates.MakeCandidate(node);
        node.Sync();
        node.Hear(node.Peer(2).Votes(1), node.Peer(3).Votes(1, isGranted: false));
        node.Role.ShouldBe(Role.Candidate);
        node.Hear(node.Peer(4).Votes(1, isGranted: false));
        node.Role.ShouldBe(Role.Candidate, "two of five refuse: it may still win");
        node.Hear(node.Peer(5).Votes(1, isGranted: false));
        node.Role.ShouldBe(Role.Follower);
        node.RoleChanges[^1].Cause.ShouldBe(RoleCause.ElectionLost);
    }

    [Fact]
    public void A_higher_term_in_any_message_makes_a_follower_of_everyone()
    {
        foreach (var make in new Action<CoreNode>[] { _ => { }, Candidates.MakeCandidate, Candidates.MakeLeader })
        foreach (var word in new Func<Peer, RaftMessage>[]
        {
            p => p.Votes(9, isGranted: false),
            p => p.Votes(9, isGranted: false, isPreVote: true),
            p => p.Appends(9, 0, 0, []),
            p => p.Beats(9),
        })
        {
            var node = CoreCluster.Of(3)[1];
            make(node);
            node.Sync();
            node.Hear(word(node.Peer(2)));
            node.Role.ShouldBe(Role.Follower);
            node.Term.ShouldBe(9);
            node.Core.Vote.IsNone.ShouldBeTrue();
        }
    }

    [Fact]
    public void A_higher_term_in_an_answer_deposes_a_leader()
    {
        foreach (var word in new Func<Peer, RaftMessage>[] { p => p.Acknowledges(9, 0), p => p.Confirms(9, 0), p => p.Refuses(9, 1, 0, 0) })
        {
            var node = CoreCluster.Of(3)[1];
            Candidates.MakeLeader(node);
            node.Hear(word(node.Peer(2)));
            node.Role.ShouldBe(Role.Follower);
            node.Term.ShouldBe(9);
        }
    }

    [Fact]
    public void A_stale_term_never_lowers_a_term()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 7)[1];
        foreach (var word in new RaftMessage[]
        {
            node.Peer(2).AsksVote(3, 9, 3), node.Peer(2).AsksPreVote(3, 9, 3), node.Peer(2).Votes(3), node.Peer(2).Appends(3, 0, 0, [3]),
            node.Peer(2).Beats(3), node.Peer(2).Confirms(3, 1), node.Peer(2).Acknowledges(3, 1), node.Peer(2).HandsOver(3),
        })
        {
            node.Hear(word);
            node.Term.ShouldBe(7);
            node.Role.ShouldBe(Role.Follower);
        }

        node.LogTerms.ShouldBe([1]);
    }

    [Fact]
    public void A_candidate_that_hears_the_leader_of_its_term_follows()
    {
        foreach (var word in new Func<Peer, RaftMessage>[] { p => p.Appends(1, 0, 0, []), p => p.Beats(1) })
        {
            var node = CoreCluster.Of(3)[1];
            Candidates.MakeCandidate(node);
            node.Hear(word(node.Peer(3)));
            node.Role.ShouldBe(Role.Follower);
            node.Core.Leader.ShouldBe(CoreCluster.Id(3));
            node.Core.Vote.ShouldBe(node.Id, "the vote of the term is spent");
        }
    }

    [Fact]
    public void A_split_vote_is_tried_again_in_a_later_term()
    {
        var cluster = CoreCluster.Of(2);
        Candidates.MakeCandidate(cluster[1]);
        Candidates.MakeCandidate(cluster[2]);
        cluster.Settle();
        cluster.Nodes.ShouldAllBe(n => n.Role == Role.Candidate && n.Term == 1);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader));
        cluster.Nodes.Single(n => n.Role == Role.Leader).Term.ShouldBeGreaterThan(1);
    }

    [Fact]
    public void A_deadline_is_drawn_afresh_from_one_to_two_timeouts()
    {
        var waits = new SortedSet<double>();
        for (ulong seed = 0; seed < 40; seed++)
        {
            var node = CoreCluster.Of(3, o => o with { Seed = seed })[1];
            for (var campaign = 0; campaign < 2; campaign++)
            {
                var start = node.Cluster.Now;
                var changes = node.RoleChanges.Count;
                while (node.RoleChanges.Count == changes) node.Cluster.Pass(TimeSpan.FromMilliseconds(10), node);
                var wait = node.Cluster.Now - start;
                wait.ShouldBeGreaterThanOrEqualTo(CoreCluster.Timeout - CoreCluster.TickTime);
                wait.ShouldBeLessThanOrEqualTo(CoreCluster.Timeout * 2 + CoreCluster.TickTime);
                waits.Add(wait.TotalMilliseconds);
            }
        }

        waits.Count.ShouldBeGreaterThan(15, "deadlines differ, or votes would split for ever");
    }

    [Fact]
    public void A_granted_vote_moves_the_deadline_and_a_refused_one_does_not()
    {
        var granting = CoreCluster.Of(3)[1];
        var refusing = CoreCluster.Of(3, _ => [1])[1];
        foreach (var node in new[] { granting, refusing })
        {
            for (var term = 2; term < 20; term++)
            {
                node.Hear(node.Peer(2).AsksVote(term));
                node.Sync();
                node.Cluster.Pass(CoreCluster.Timeout / 2, node);
            }
        }

        granting.RoleChanges.ShouldNotContain(c => c.Cause == RoleCause.LeaderSilent);
        refusing.RoleChanges.ShouldContain(c => c.Cause == RoleCause.LeaderSilent);
    }

    /// <summary>Dissertation §4.1: the voter's configuration may be older than the candidate's, and its vote the one that is missing.</summary>
    [Fact]
    public void A_candidate_that_the_voter_has_yet_to_hear_of_gets_its_vote()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(new Peer(9, node).AsksVote(5));
        node.Sync();
        new Peer(9, node).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void Votes_and_answers_of_strangers_do_not_count()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeCandidate(node);
        node.Sync();
        node.Hear(new Peer(8, node).Votes(1), new Peer(9, node).Votes(1));
        node.Role.ShouldBe(Role.Candidate);
        node.Hear(node.Peer(2).Votes(1));
        node.Role.ShouldBe(Role.Leader);
        node.Hear(new Peer(9, node).Acknowledges(7, 1), new Peer(8, node).Confirms(7, 1));
        node.Term.ShouldBe(1, "who is no member does not disturb");
    }

    [Fact]
    public void Messages_of_other_groups_or_to_others_are_not_heard()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksVote(5) with { Group = 1 });
        node.Hear(node.Peer(2).AsksVote(5) with { To = CoreCluster.Id(3) });
        node.Term.ShouldBe(0);
        node.Cluster.Network.ShouldBeEmpty();
    }
}
