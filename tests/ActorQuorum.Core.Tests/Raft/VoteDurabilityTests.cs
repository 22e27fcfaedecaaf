using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>DESIGN "What may leave before the disk": no message bears a term before that term, and the vote cast in it, are durable.</summary>
[Trait("Row", "RN-1")]
public sealed class VoteDurabilityTests
{
    [Fact]
    public void A_vote_leaves_only_once_it_is_durable()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksVote(5));
        node.Cluster.Network.ShouldBeEmpty();
        node.WriteOne();
        node.State.Vote.ShouldBe(CoreCluster.Id(2));
        node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void A_candidate_asks_only_once_its_term_and_own_vote_are_durable()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakePreCandidate(node);
        node.Cluster.Drop();
        node.Hear(node.Peer(2).Votes(0, isPreVote: true));
        node.Role.ShouldBe(Role.Candidate);
        node.Cluster.Network.ShouldBeEmpty();
        node.WriteOne();
        node.State.Term.ShouldBe(1);
        node.State.Vote.ShouldBe(node.Id);
        node.Cluster.Sent<RequestVote>(r => r is { IsPreVote: false, Term: 1 }).Count().ShouldBe(2);
    }

    [Fact]
    public void A_candidates_own_vote_counts_only_once_it_is_durable()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeCandidate(node);
        var done = node.WriteOne();
        node.Hear(node.Peer(2).Votes(1));
        node.Role.ShouldBe(Role.Candidate, "one vote and an own one that the core does not know to be durable");
        node.Turn(done);
        node.Role.ShouldBe(Role.Leader);
    }

    [Fact]
    public void An_acknowledgement_of_earlier_work_does_not_make_the_vote_durable()
    {
        var node = CoreCluster.Of(1)[1];
        node.Cluster.PassDeadline(node);
        node.Role.ShouldBe(Role.Candidate);
        node.Turn(new Persisted(0, 0, 0));
        node.Role.ShouldBe(Role.Candidate);
        node.SyncOne();
        node.Role.ShouldBe(Role.Leader);
    }

    [Fact]
    public void Everything_that_bears_a_new_term_waits_for_the_disk()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).Beats(5));
        node.Hear(node.Peer(3).AsksPreVote(5));
        node.Hear(node.Peer(3).Appends(4, 0, 0, []));
        node.Hear(node.Peer(2).Appends(5, 0, 0, []));
        node.Cluster.Network.ShouldBeEmpty();
        node.Sync();
        node.Cluster.Network.Count.ShouldBe(4);
        node.Cluster.Network.ShouldAllBe(m => m.Term == 5);
    }

    [Fact]
    public void Once_the_term_is_durable_answers_leave_at_once()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).Beats(5));
        node.Sync();
        node.Cluster.Drop();
        node.Hear(node.Peer(2).Beats(5, round: 2));
        node.Peer(2).Takes<HeartbeatReply>().Round.ShouldBe(2);
        node.Disk.ShouldBeEmpty();
    }

    [Fact]
    public void A_heartbeat_is_answered_while_entries_wait_for_the_disk()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 5)[1];
        node.Hear(node.Peer(2).Appends(5, 0, 0, [5]));
        node.Hear(node.Peer(2).Beats(5));
        node.Cluster.Network.ShouldHaveSingleItem().ShouldBeOfType<HeartbeatReply>();
    }

    [Fact]
    public void A_crash_before_the_vote_is_durable_leaves_no_promise()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).AsksVote(5));
        node = node.Restart();
        node.Term.ShouldBe(0);
        node.Cluster.Network.ShouldBeEmpty();
        node.Hear(node.Peer(3).AsksVote(5));
        node.Sync();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void A_single_node_whose_disk_is_slower_than_the_timeout_still_leads()
    {
        var node = CoreCluster.Of(1)[1];
        for (var sync = 0; sync < 10 && node.Role != Role.Leader; sync++)
        {
            node.Cluster.Pass(CoreCluster.Timeout * 3, node);
            if (node.Disk.Count > 0) node.SyncOne();
        }

        node.Role.ShouldBe(Role.Leader);
        node.Term.ShouldBe(1, "no further term begins while this one is not durable");
    }

    [Fact]
    public void A_candidate_whose_disk_is_slow_waits_for_its_votes_from_when_it_could_ask()
    {
        var cluster = CoreCluster.Of(3);
        var node = cluster[1];
        Candidates.MakeCandidate(node);
        cluster.Pass(CoreCluster.Timeout * 5, node);
        node.SyncOne();
        cluster.Pass(CoreCluster.Timeout / 2, node);
        node.Hear(node.Peer(2).Votes(1));
        node.Role.ShouldBe(Role.Leader);
    }
}
