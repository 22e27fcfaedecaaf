using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Bugs that other actor-based Raft implementations had (reference systems, last section): each one by name.</summary>
[Trait("Row", "Actor bugs")]
public sealed class ActorBugsTests
{
    [Fact]
    public void Two_votes_of_one_follower_count_once()
    {
        var node = CoreCluster.Of(5)[1];
        Candidates.MakeCandidate(node);
        node.Sync();
        for (var i = 0; i < 3; i++) node.Hear(node.Peer(2).Votes(1));
        node.Role.ShouldBe(Role.Candidate);
    }

    [Fact]
    public void Two_pre_votes_of_one_follower_count_once()
    {
        var node = CoreCluster.Of(5)[1];
        Candidates.MakePreCandidate(node);
        for (var i = 0; i < 3; i++) node.Hear(node.Peer(2).Votes(0, isPreVote: true));
        node.Role.ShouldBe(Role.PreCandidate);
    }

    [Fact]
    public void A_candidate_does_not_ignore_the_term_of_a_vote()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 4)[1];
        Candidates.MakeCandidate(node);
        node.Sync();
        node.Hear(node.Peer(2).Votes(4));
        node.Hear(node.Peer(3).Votes(4, requestTerm: 3));
        node.Hear(node.Peer(3).Votes(5, requestTerm: 4));
        node.Role.ShouldBe(Role.Candidate, "votes of the terms before");
        node.Hear(node.Peer(2).Votes(6, isGranted: false, requestTerm: 5));
        node.Role.ShouldBe(Role.Follower);
        node.Term.ShouldBe(6);
    }

    [Fact]
    public void Two_leaders_in_one_term_stop_the_node_that_sees_them()
    {
        var follower = CoreCluster.Of(3, _ => [], _ => 4)[1];
        follower.Hear(follower.Peer(2).Beats(4));
        Should.Throw<InvariantViolationException>(() => follower.Hear(follower.Peer(3).Beats(4))).Message.ShouldContain("two leaders");

        var leader = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(leader);
        Should.Throw<InvariantViolationException>(() => leader.Hear(leader.Peer(3).Appends(1, 0, 0, []))).Message.ShouldContain("two leaders");
    }

    [Fact]
    public void Two_candidates_of_one_term_cannot_both_win()
    {
        var cluster = CoreCluster.Of(3);
        Candidates.MakeCandidate(cluster[1]);
        Candidates.MakeCandidate(cluster[2]);
        cluster.Nodes.Count(n => n.Role == Role.Candidate && n.Term == 1).ShouldBe(2);
        cluster.Settle();
        cluster.Nodes.Count(n => n.Role == Role.Leader).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void No_delayed_message_to_oneself_votes_twice()
    {
        // There is none: everything that a turn sends goes to another member.
        var cluster = CoreCluster.Of(3);
        var toSelf = 0;
        cluster.Watch = _ => toSelf += cluster.Network.Count(m => m.From == m.To);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader));
        cluster.Nodes.Single(n => n.Role == Role.Leader).Propose(1);
        cluster.Run(TimeSpan.FromSeconds(1));
        toSelf.ShouldBe(0);
    }

    [Fact]
    public void A_late_acknowledgement_of_the_own_vote_does_not_elect_in_another_term()
    {
        var node = CoreCluster.Of(2)[1];
        Candidates.MakeCandidate(node);
        var late = node.WriteOne();
        node.Hear(node.Peer(2).Votes(5, isGranted: false, requestTerm: 1));
        node.Role.ShouldBe(Role.Follower);
        node.Turn(late);
        node.Role.ShouldBe(Role.Follower);
        node.Core.Vote.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void A_vote_is_not_forgotten_when_stepping_down_within_the_term()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeCandidate(node);
        node.Sync();
        node.Hear(node.Peer(2).Votes(1, isGranted: false));
        node.Hear(node.Peer(3).Votes(1, isGranted: false));
        node.Role.ShouldBe(Role.Follower);
        node.Hear(node.Peer(3).AsksVote(1, 5, 1));
        node.Sync();
        node.Peer(3).Takes().OfType<RequestVoteReply>().ShouldAllBe(r => !r.IsGranted);
        node.State.Vote.ShouldBe(node.Id);
    }

    [Fact]
    public void A_leader_that_lost_its_quorum_does_not_forget_its_vote()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(node);
        node.Cluster.Pass(CoreCluster.Timeout + CoreCluster.TickTime, node);
        node.Role.ShouldBe(Role.Follower);
        node.Hear(node.Peer(3).AsksVote(1, 5, 1));
        node.Sync();
        node.Peer(3).Takes().OfType<RequestVoteReply>().ShouldAllBe(r => !r.IsGranted);
    }

    [Fact]
    public void A_proposal_that_waits_behind_the_deciding_vote_finds_the_followers_progress()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeCandidate(node);
        node.Sync();
        node.Cluster.Drop();
        node.Turn(new Received(node.Peer(2).Votes(1)), new Propose(1, Logs.Payload(1)), new Propose(2, Logs.Payload(2)));
        node.Accepted.Count.ShouldBe(2);
        foreach (var number in new[] { 2, 3 })
        {
            var append = node.Peer(number).Takes<AppendEntries>();
            append.PreviousIndex.ShouldBe(0);
            append.Entries.Length.ShouldBe(3);
        }
    }
}
