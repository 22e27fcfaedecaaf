using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>DESIGN "Time": a process that was paused reads what came meanwhile before it doubts anybody.</summary>
public sealed class TimerTests
{
    [Fact]
    public void Heartbeats_keep_their_rhythm_however_coarse_the_ticks()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Cluster.Drop();
        var tick = CoreCluster.Heartbeat * 0.6;
        for (var ticks = 0; ticks < 10; ticks++)
        {
            node.Cluster.Now += tick;
            node.Tick();
            node.Hear(node.Peer(2).Confirms(node.Term, ticks), node.Peer(3).Confirms(node.Term, ticks));
        }

        // Ten ticks are six heartbeats' time; counted from tick to tick, each would take two ticks.
        node.Cluster.Sent<Heartbeat>(beat => beat.To == CoreCluster.Id(2)).Count().ShouldBe(6);
    }

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    [Fact]
    public void A_follower_that_was_paused_hears_its_leader_before_it_campaigns()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        var paused = cluster[2];
        cluster.Run(TimeSpan.FromSeconds(1));
        paused.IsUp = false;
        cluster.Run(Pause);
        paused.IsUp = true;
        var changes = paused.RoleChanges.Count;
        cluster.Run(TimeSpan.FromSeconds(1));
        paused.RoleChanges.Count.ShouldBe(changes);
        paused.Core.Leader.ShouldBe(leader.Id);
        leader.Term.ShouldBe(1);
    }

    [Fact]
    public void A_follower_that_wakes_waits_a_whole_timeout_before_it_doubts()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 1)[1];
        node.Hear(node.Peer(2).Beats(1));
        node.Cluster.Now += Pause;
        node.Tick();
        node.Role.ShouldBe(Role.Follower);
        node.Cluster.Pass(CoreCluster.Timeout - CoreCluster.TickTime, node);
        node.Role.ShouldBe(Role.Follower);
        node.Cluster.Pass(CoreCluster.Timeout, node);
        node.Role.ShouldBe(Role.PreCandidate);
    }

    [Fact]
    public void A_leader_that_was_paused_hears_its_followers_before_it_steps_down()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Cluster.Now += Pause;
        node.Tick();
        node.Role.ShouldBe(Role.Leader);
        node.Cluster.Pass(CoreCluster.TickTime * 2, node);
        node.Hear(node.Peer(2).Confirms(1, 1));
        node.Cluster.Pass(CoreCluster.Timeout, node);
        node.Role.ShouldBe(Role.Leader);
    }

    [Fact]
    public void A_leader_that_was_paused_and_still_hears_nobody_steps_down()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Cluster.Now += Pause;
        node.Cluster.Pass(CoreCluster.Timeout + CoreCluster.TickTime, node);
        node.Role.ShouldBe(Role.Follower);
    }

    [Fact]
    public void A_leader_that_slept_through_an_election_learns_of_it()
    {
        var cluster = CoreCluster.Of(3);
        var old = cluster.Elect(1);
        old.IsUp = false;
        cluster.Run(TimeSpan.FromSeconds(3));
        old.IsUp = true;
        old.Read(1);
        cluster.Run(TimeSpan.FromSeconds(1));
        old.Role.ShouldBe(Role.Follower);
        old.Reads.ShouldBeEmpty();
        old.Core.Leader.ShouldBe(cluster.Nodes.Single(n => n.Role == Role.Leader).Id);
    }

    [Fact]
    public void A_node_whose_every_tick_is_late_still_elects_and_still_steps_down()
    {
        var node = CoreCluster.Of(3)[1];
        LateTicks(node);
        node.Role.ShouldBe(Role.PreCandidate, "slow is not paused: somebody must lead");

        node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        LateTicks(node);
        node.Role.ShouldNotBe(Role.Leader);
    }

    [Fact]
    public void A_leader_beats_once_a_heartbeat()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Cluster.Pass(TimeSpan.FromMilliseconds(250), node);
        node.Peer(2).Takes().OfType<Heartbeat>().Count().ShouldBe(5);
    }

    private static void LateTicks(CoreNode node)
    {
        for (var tick = 0; tick < 20; tick++)
        {
            node.Cluster.Now += CoreCluster.Timeout * 2 / 3;
            node.Tick();
        }
    }
}
