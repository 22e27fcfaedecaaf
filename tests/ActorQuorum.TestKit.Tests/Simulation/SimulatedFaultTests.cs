using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>Each thing that a user of the TestKit may do to a cluster does what it says.</summary>
public sealed class SimulatedFaultTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_one_way_cut_stops_one_direction_only()
    {
        var (cluster, leader, follower) = Three(seed: 1);
        cluster.CutOneWay(leader, follower);
        Write(cluster, leader);
        cluster.RunFor(Second / 10);
        follower.CommitIndex.ShouldBeLessThan(leader.CommitIndex);
        cluster.Heal();
        cluster.RunUntilConverged();
    }

    [Fact]
    public void A_dropped_kind_of_message_does_not_arrive()
    {
        var (cluster, leader, _) = Three(seed: 2);
        cluster.Drop(message => message.Kind == "AppendEntries");
        var put = cluster.Put(leader, "a", "1");
        cluster.RunFor(Second);
        put.IsEnded.ShouldBeFalse("nothing is replicated");
        cluster.Drop(null);
        cluster.RunUntil(() => put.IsEnded, "the write ends");
        put.Error.ShouldBeNull();
    }

    [Fact]
    public void Messages_that_arrive_twice_do_no_harm()
    {
        var (cluster, leader, _) = Three(seed: 3);
        cluster.Duplicate(_ => true);
        Write(cluster, leader);
        cluster.RunUntilConverged();
    }

    [Fact]
    public void A_delayed_message_comes_later_and_those_behind_it_wait()
    {
        var (cluster, leader, follower) = Three(seed: 4);
        cluster.Delay(message => message.To == follower.Name && message.Kind == "AppendEntries" ? Second / 5 : TimeSpan.Zero);
        Write(cluster, leader);
        follower.LogTerms.Count.ShouldBeLessThan(leader.LogTerms.Count);
        cluster.RunFor(Second / 2);
        follower.LogTerms.ShouldBe(leader.LogTerms);
    }

    [Fact]
    public void A_slow_disk_delays_acknowledgements_and_neither_heartbeats_nor_reads()
    {
        var (cluster, leader, _) = Three(seed: 5);
        Write(cluster, leader);
        foreach (var node in cluster.Nodes) node.DiskLatency = new DiskLatency(Second * 0.3, Second * 0.5);
        var put = cluster.Put(leader, "a", "slow", patienceSeconds: 20);
        var get = cluster.Get(leader, "a");
        cluster.RunUntil(() => get.IsEnded, "the read ends", withinSeconds: 0.5);
        get.Value.ShouldBe("1");
        put.IsEnded.ShouldBeFalse();
        var term = leader.Term;
        cluster.RunUntil(() => put.IsEnded, "the write ends", withinSeconds: 20);
        leader.Term.ShouldBe(term, "no heartbeat was late");
    }

    [Fact]
    public void A_leader_whose_disk_hangs_hands_over_and_writes_go_on()
    {
        var (cluster, leader, follower) = Three(seed: 11);
        leader.DiskLatency = new DiskLatency(Second * 60, Second * 61);
        var stuck = cluster.Put(leader, "a", "stuck", patienceSeconds: 2);
        cluster.RunUntil(() => cluster.Leader is { } other && other != leader, "another leads");
        cluster.RunUntil(() => stuck.IsEnded, "the write ends");
        End(cluster, cluster.Put(follower, "b", "2"));
    }

    [Fact]
    public void A_clock_that_drifts_changes_no_answer()
    {
        var (cluster, leader, follower) = Three(seed: 6);
        leader.ClockDriftPerMillion = 50_000;
        follower.ClockDriftPerMillion = -50_000;
        cluster.RunFor(10 * Second);
        Write(cluster, cluster.RunUntilLeader());
        cluster.RunUntilConverged();
    }

    [Fact]
    public void A_compare_and_set_finds_what_it_expects_or_changes_nothing()
    {
        var (cluster, leader, _) = Three(seed: 7);
        End(cluster, cluster.CompareAndSet(leader, "a", null, "1"));
        End(cluster, cluster.CompareAndSet(leader, "a", "other", "2"));
        End(cluster, cluster.CompareAndSet(leader, "a", "1", "3"));
        leader.Content["a"].ShouldBe("3");
        End(cluster, cluster.Delete(leader, "a"));
        leader.Content.ContainsKey("a").ShouldBeFalse();
    }

    [Fact]
    public void A_client_whose_node_crashes_learns_that_the_outcome_is_unknown()
    {
        var (cluster, leader, _) = Three(seed: 8);
        var put = cluster.Put(leader, "a", "1");
        cluster.Crash(leader, CrashMode.LoseUnsynced);
        put.Error.ShouldBe(QuorumError.OutcomeUnknown);
    }

    [Theory]
    [InlineData(CrashMode.ProcessOnly)]
    [InlineData(CrashMode.LoseUnsynced)]
    [InlineData(CrashMode.KeepAll)]
    [InlineData(CrashMode.Tear)]
    [InlineData(CrashMode.Sectors)]
    public void Whatever_a_crash_does_to_unsynced_bytes_acknowledged_writes_stay(CrashMode mode)
    {
        var (cluster, leader, _) = Three(seed: 9);
        Write(cluster, leader);
        foreach (var node in cluster.Nodes) cluster.Crash(node, mode);
        foreach (var node in cluster.Nodes) cluster.Restart(node);
        cluster.RunUntilLeader().Content["a"].ShouldBe("1");
    }

    [Fact]
    public void A_leader_that_is_asked_to_hands_over_within_one_term()
    {
        var (cluster, leader, _) = Three(seed: 12);
        var term = leader.Term;
        cluster.HandOver(leader);
        cluster.RunUntil(() => cluster.Leader is { } other && other != leader, "another leads", withinSeconds: 0.2);
        cluster.Leader!.Term.ShouldBe(term + 1);
        leader.IsRunning.ShouldBeTrue();
    }

    [Fact]
    public void A_node_that_is_stopped_closes_its_log_and_comes_back_with_all_it_had()
    {
        var (cluster, leader, follower) = Three(seed: 13);
        Write(cluster, leader);
        cluster.RunUntilConverged();
        cluster.Stop(follower);
        cluster.RunUntil(() => !follower.IsRunning, "it has stopped");
        follower.Failure.ShouldBeNull();
        cluster.Reached.CleanStops.ShouldBe(1);
        cluster.Restart(follower);
        follower.LogTerms.ShouldBe(leader.LogTerms);
    }

    [Fact]
    public void A_node_without_a_processor_is_slow_and_still_right()
    {
        var (cluster, leader, follower) = Three(seed: 14);
        var began = cluster.Now;
        Write(cluster, leader);
        var healthy = cluster.Now - began;
        leader.MostTurnDelay = Second / 20;
        began = cluster.Now;
        var get = cluster.Get(leader, "a");
        End(cluster, get);
        get.Value.ShouldBe("1");
        (cluster.Now - began).ShouldBeGreaterThan(healthy);
        leader.MostTurnDelay = TimeSpan.Zero;
        End(cluster, cluster.Put(follower, "b", "2"));
    }

    [Fact]
    public void A_node_that_runs_is_neither_started_nor_wiped()
    {
        var (cluster, leader, _) = Three(seed: 10);
        Should.Throw<InvalidOperationException>(() => cluster.Restart(leader));
        Should.Throw<InvalidOperationException>(() => cluster.Wipe(leader));
    }

    private static (SimulatedCluster Cluster, SimulatedNode Leader, SimulatedNode Follower) Three(ulong seed)
    {
        var cluster = new SimulatedCluster(3, seed);
        var leader = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        return (cluster, leader, cluster.Nodes.First(node => node != leader));
    }

    private static void Write(SimulatedCluster cluster, SimulatedNode node) => End(cluster, cluster.Put(node, "a", "1"));

    private static void End(SimulatedCluster cluster, SimulatedRequest request)
    {
        cluster.RunUntil(() => request.IsEnded, "the request ends");
        request.Error.ShouldBeNull(request.Message);
    }
}
