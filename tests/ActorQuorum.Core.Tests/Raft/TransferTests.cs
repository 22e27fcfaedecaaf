using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Dissertation §3.10: a leader hands over to a follower that holds its whole log.</summary>
public sealed class TransferTests
{
    [Fact]
    public void A_leader_hands_over_without_waiting_for_a_timeout()
    {
        var cluster = CoreCluster.Of(3);
        var old = cluster.Elect(1);
        old.Propose(1);
        cluster.Settle();
        var start = cluster.Now;
        old.Turn(HandOver.Instance);
        cluster.Settle();
        cluster.Now.ShouldBe(start);
        old.Role.ShouldBe(Role.Follower);
        var successor = cluster.Nodes.Single(n => n.Role == Role.Leader);
        successor.Term.ShouldBe(2);
        successor.RoleChanges.ShouldContain(c => c.Cause == RoleCause.HandedOver);
        successor.CommitIndex.ShouldBe(3);
    }

    [Fact]
    public void The_follower_that_holds_most_succeeds_and_is_first_brought_up_to_date()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(1);
        node.Propose(2);
        node.Sync();
        node.Hear(node.Peer(3).Acknowledges(1, 2));
        node.Cluster.Drop();
        node.Turn(HandOver.Instance);
        node.Cluster.Network.ShouldBeEmpty();
        node.Hear(node.Peer(3).Acknowledges(1, 3));
        node.Cluster.Sent<TimeoutNow>().ShouldHaveSingleItem().To.ShouldBe(CoreCluster.Id(3));
        node.Hear(node.Peer(3).Acknowledges(1, 3));
        node.Cluster.Sent<TimeoutNow>().Count().ShouldBe(1);
    }

    [Fact]
    public void While_it_hands_over_a_leader_takes_no_proposals()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Turn(HandOver.Instance);
        node.Propose(1);
        node.Refused.ShouldBe([1]);
        node.Core.Log.LastIndex.ShouldBe(1);
    }

    [Fact]
    public void A_handover_that_does_not_succeed_within_a_timeout_is_given_up()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Turn(HandOver.Instance);
        cluster.Drop(m => m is TimeoutNow).ShouldBe(1);
        cluster.Run(CoreCluster.Timeout + CoreCluster.TickTime);
        leader.Role.ShouldBe(Role.Leader);
        leader.Propose(1);
        leader.Accepted.Count.ShouldBe(1);
    }

    [Fact]
    public void The_successor_is_voted_for_although_the_leader_was_heard_just_now()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 1)[1];
        node.Hear(node.Peer(2).Beats(1));
        node.Cluster.Drop();
        node.Hear(node.Peer(3).AsksVote(2, isTransfer: true));
        node.Sync();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void Even_a_successor_is_not_voted_for_with_a_shorter_log()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 1)[1];
        node.Hear(node.Peer(3).AsksVote(2, isTransfer: true));
        node.Sync();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
    }

    [Fact]
    public void A_word_to_campaign_counts_only_from_the_leader_of_the_term()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 2)[1];
        node.Hear(node.Peer(2).HandsOver(2));
        node.Role.ShouldBe(Role.Follower, "no leader is known");
        node.Hear(node.Peer(2).Beats(2));
        node.Hear(node.Peer(3).HandsOver(2));
        node.Hear(node.Peer(2).HandsOver(1));
        node.Hear(node.Peer(2).HandsOver(3));
        node.Role.ShouldBe(Role.Follower);
        node.Hear(node.Peer(2).HandsOver(2));
        node.Role.ShouldBe(Role.Candidate);
        node.Term.ShouldBe(3);
    }

    [Fact]
    public void Nobody_silent_or_unproven_is_chosen()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Hear(node.Peer(2).Confirms(1, 0, isProven: false));
        node.Cluster.Now += CoreCluster.Timeout;
        node.Turn(HandOver.Instance);
        node.Cluster.Sent<TimeoutNow>().ShouldBeEmpty();
        node.Propose(1);
        node.Accepted.Count.ShouldBe(1, "nothing was begun");
    }
}
