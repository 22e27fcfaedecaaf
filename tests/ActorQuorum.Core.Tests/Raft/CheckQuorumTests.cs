using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Dissertation §6.2: a leader that hears no quorum for an election timeout steps down.</summary>
[Trait("Row", "RN-3")]
public sealed class CheckQuorumTests
{
    [Fact]
    public void A_leader_that_is_cut_off_steps_down_in_its_term()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        cluster.Isolate(leader);
        cluster.RunUntil(() => leader.Role != Role.Leader, CoreCluster.Timeout * 2);
        leader.RoleChanges.ShouldContain(c => c.Cause == RoleCause.QuorumLost);
        leader.Term.ShouldBe(1);
    }

    [Fact]
    public void A_leader_with_a_bare_quorum_stays()
    {
        var cluster = CoreCluster.Of(5);
        var leader = cluster.Elect(1);
        cluster.Isolate(cluster[4]);
        cluster.Isolate(cluster[5]);
        cluster.Run(TimeSpan.FromSeconds(5));
        leader.Role.ShouldBe(Role.Leader);
        leader.Term.ShouldBe(1);
    }

    [Fact]
    public void Half_of_four_is_no_quorum()
    {
        var cluster = CoreCluster.Of(4);
        var leader = cluster.Elect(1);
        cluster.Isolate(cluster[3]);
        cluster.Isolate(cluster[4]);
        cluster.Run(TimeSpan.FromSeconds(2));
        leader.Role.ShouldNotBe(Role.Leader);
    }

    [Fact]
    public void A_leader_that_steps_down_refuses_its_waiting_reads_and_new_proposals()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        cluster.Isolate(leader);
        leader.Read(1);
        leader.Read(2);
        cluster.RunUntil(() => leader.Role != Role.Leader, CoreCluster.Timeout * 2);
        leader.Propose(3);
        leader.Refused.ShouldBe([2, 1, 3], ignoreOrder: true);
        leader.Reads.ShouldBeEmpty();
    }

    [Fact]
    public void Unproven_followers_do_not_keep_a_leader_in_office()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        for (var beat = 0; beat < 20; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            foreach (var number in new[] { 2, 3 }) node.Hear(node.Peer(number).Confirms(1, 1, isProven: false));
        }

        node.Role.ShouldNotBe(Role.Leader);
    }
}
