using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §6, dissertation §4.2.2 and §4.2.3: a leader that removes itself, and removed servers that do not disturb.</summary>
[Trait("Row", "CO-3")]
public sealed class DetachTests
{
    [Fact]
    public void A_leader_that_is_to_go_hands_over_first_and_nothing_was_done()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Detach(1));
        cluster.Run(TimeSpan.FromSeconds(1));
        leader.Role.ShouldBe(Role.Follower);
        leader.ChangesRefused.ShouldHaveSingleItem().Refusal.ShouldBe(MembershipRefusal.NotLeader);
        var next = cluster.Nodes.Single(n => n.Role == Role.Leader);
        next.Term.ShouldBe(2);
        VotersOf(next).ShouldBe([1, 2, 3]);
        next.Change(8, Detach(1));
        cluster.Settle();
        VotersOf(next).ShouldBe([2, 3]);
        next.Term.ShouldBe(2, "the cluster was never without a leader");
    }

    [Fact]
    public void A_leader_whose_successor_does_not_take_over_removes_itself_and_steps_down_once_that_is_committed()
    {
        var node = LeaderThatRemovesItself();
        node.Core.Membership.IsJoint.ShouldBeTrue();
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 2), node.Peer(3).Acknowledges(1, 2));
        VotersOf(node).ShouldBe([2, 3]);
        node.Sync();
        node.Role.ShouldBe(Role.Leader, "it leads those it is no longer one of");
        node.Hear(node.Peer(2).Acknowledges(1, 3));
        node.CommitIndex.ShouldBe(2, "its own copy does not count");
        node.Role.ShouldBe(Role.Leader);
        node.Cluster.Drop();
        node.Hear(node.Peer(3).Acknowledges(1, 3));
        node.CommitIndex.ShouldBe(3);
        node.ChangesDone.ShouldHaveSingleItem().RequestId.ShouldBe(7);
        node.Role.ShouldBe(Role.Follower);
        node.RoleChanges[^1].Cause.ShouldBe(RoleCause.Detached);
        node.Cluster.Sent<TimeoutNow>().ShouldHaveSingleItem();
        node.Cluster.Sent<Heartbeat>(h => h.CommitIndex == 3).Select(h => h.To).ShouldContain(CoreCluster.Id(3));
    }

    [Fact]
    public void A_leader_that_has_removed_itself_never_campaigns_again()
    {
        var node = LeaderThatRemovesItself();
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 2), node.Peer(3).Acknowledges(1, 2));
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 3), node.Peer(3).Acknowledges(1, 3));
        node.Cluster.Drop();
        node.Cluster.Pass(TimeSpan.FromSeconds(3), node);
        node.Role.ShouldBe(Role.Follower);
        node.Cluster.Network.ShouldBeEmpty();
    }

    /// <summary>Dissertation §4.2.2: it may hold the entry that the others lack, who cannot elect anybody without it.</summary>
    [Fact]
    public void Outside_a_configuration_that_may_be_rolled_back_a_server_campaigns_but_does_not_count_itself()
    {
        var cluster = CoreCluster.From(2, n => new(new(1, MemberId.None, true, CoreCluster.View(2)), n == 1
            ? [EntryOf(1, 1, Joint([1, 2], [2])), EntryOf(2, 1, new([CoreCluster.View(2)[1]]))]
            : [EntryOf(1, 1, Joint([1, 2], [2]))]));
        var removed = cluster[1];
        cluster.PassDeadline(removed);
        removed.Role.ShouldBe(Role.PreCandidate, "its own vote is no majority of C_new");
        cluster.Run(TimeSpan.FromSeconds(3));
        var leader = cluster[2];
        leader.Role.ShouldBe(Role.Leader);
        VotersOf(leader).ShouldBe([2]);
        leader.CommitIndex.ShouldBe(leader.Core.Log.LastIndex);
        removed.Role.ShouldBe(Role.Follower);
    }

    [Fact]
    public void A_removed_server_is_told_so_and_stays_quiet()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Detach(3));
        cluster.Settle();
        var removed = cluster[3];
        removed.CommitIndex.ShouldBe(leader.CommitIndex, "it holds the entry that removed it and knows it to be committed");
        VotersOf(removed).ShouldBe([1, 2]);
        leader.Configurations[^1].Departing.ShouldBeEmpty();
        cluster.Run(TimeSpan.FromSeconds(3));
        removed.RoleChanges.ShouldAllBe(c => c.To == Role.Follower);
        leader.Term.ShouldBe(1);
    }

    [Fact]
    public void A_removed_server_that_does_not_know_it_disturbs_nobody()
    {
        var cluster = CoreCluster.Of(4);
        var leader = cluster.Elect(1);
        cluster.Isolate(cluster[4]);
        leader.Change(7, Detach(4));
        cluster.Settle();
        leader.Configurations[^1].Departing.ShouldHaveSingleItem().Id.ShouldBe(CoreCluster.Id(4));
        cluster.Run(TimeSpan.FromSeconds(5));
        leader.Configurations[^1].Departing.ShouldBeEmpty("it is let go after a while");
        cluster.Rejoin(cluster[4]);
        cluster.Run(TimeSpan.FromSeconds(5));
        cluster[4].RoleChanges.ShouldContain(c => c.To == Role.PreCandidate);
        cluster[4].Term.ShouldBe(1);
        leader.Role.ShouldBe(Role.Leader);
        leader.Term.ShouldBe(1);
    }

    [Fact]
    public void A_removed_servers_higher_term_does_not_depose_the_leader()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Hear(node.Peer(2).Confirms(1, 0), node.Peer(3).Confirms(1, 0));
        node.Change(7, Detach(3));
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        VotersOf(node).ShouldBe([1, 2]);
        node.Hear(node.Peer(3).Confirms(9, 0), node.Peer(3).AsksVote(9, 9, 9), node.Peer(3).Acknowledges(9, 0));
        node.Role.ShouldBe(Role.Leader);
        node.Term.ShouldBe(1);
    }

    [Fact]
    public void A_learners_higher_term_does_depose_the_leader_or_it_would_hang()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Learn(4));
        cluster.Settle();
        leader.Hear((leader.Peer(4) with { Incarnation = 4000 }).Confirms(9, 0));
        leader.Term.ShouldBe(9);
    }

    /// <summary>Its successor answers, but never takes over.</summary>
    private static CoreNode LeaderThatRemovesItself()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Hear(node.Peer(2).Confirms(1, 0), node.Peer(3).Confirms(1, 0));
        node.Change(7, Detach(1));
        node.Core.Membership.IsJoint.ShouldBeFalse("it waits for its successor");
        node.Propose(8);
        node.Refused.ShouldContain(8);
        for (var beat = 0; beat < 7; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            node.Hear(node.Peer(2).Confirms(1, 0), node.Peer(3).Confirms(1, 0));
        }

        return node;
    }
}
