using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Cluster;

/// <summary>The production actors, log and state machine under crashes and partitions, in virtual time.</summary>
public sealed class SimulatedClusterTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [Trait("Row", "RN-9")]
    public void A_cluster_of_any_size_elects_one_leader_and_applies_a_write_everywhere(int nodes)
    {
        var cluster = new SimulatedCluster(nodes, seed: 1);
        Write(cluster.RunUntilLeader(), cluster, "a", "1");
        cluster.RunUntilConverged();
        foreach (var node in cluster.Nodes) node.Content["a"].ShouldBe("1");
    }

    /// <summary>Found by seed 1: the leader took a follower's first answer for one of a new data directory, and skipped what it had appended meanwhile.</summary>
    [Fact]
    public void A_follower_whose_first_answer_comes_after_more_was_appended_misses_nothing()
    {
        var cluster = new SimulatedCluster(3, seed: 1);
        var leader = cluster.RunUntilLeader();
        Write(leader, cluster, "a", "1");
        cluster.RunUntilConverged();
        foreach (var node in cluster.Nodes) node.LogTerms.ShouldBe(leader.LogTerms);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        (ulong, long, TimeSpan, string) Run()
        {
            var cluster = new SimulatedCluster(3, seed: 7);
            Write(cluster.RunUntilLeader(), cluster, "a", "1");
            return (cluster.TraceHash, cluster.Steps, cluster.Now, cluster.Describe());
        }

        Run().ShouldBe(Run());
    }

    [Fact]
    [Trait("Row", "RN-3")]
    public void A_follower_passes_writes_and_reads_on_and_returns_the_leaders_answer()
    {
        var cluster = new SimulatedCluster(3, seed: 2);
        var leader = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        var follower = cluster.Nodes.First(node => node != leader);
        Write(follower, cluster, "a", "1");
        Read(follower, cluster, "a").ShouldBe("1");
    }

    [Fact]
    public void The_next_leader_has_every_acknowledged_write_of_the_one_that_crashed()
    {
        var cluster = new SimulatedCluster(3, seed: 3);
        var first = cluster.RunUntilLeader();
        Write(first, cluster, "a", "1");
        cluster.Crash(first, CrashMode.LoseUnsynced);
        var second = cluster.RunUntilLeader();
        Read(second, cluster, "a").ShouldBe("1");
        cluster.Restart(first);
        cluster.RunUntilConverged();
        first.Content["a"].ShouldBe("1");
    }

    [Fact]
    public void All_nodes_crashed_at_once_come_back_with_every_acknowledged_write()
    {
        var cluster = new SimulatedCluster(3, seed: 4);
        Write(cluster.RunUntilLeader(), cluster, "a", "1");
        foreach (var node in cluster.Nodes) cluster.Crash(node, CrashMode.LoseUnsynced);
        foreach (var node in cluster.Nodes) cluster.Restart(node);
        Read(cluster.RunUntilLeader(), cluster, "a").ShouldBe("1");
    }

    [Fact]
    [Trait("Row", "RN-3")]
    public void A_leader_cut_off_from_the_majority_answers_no_linearizable_read_and_steps_down()
    {
        var cluster = new SimulatedCluster(3, seed: 5);
        var old = cluster.RunUntilLeader();
        Write(old, cluster, "a", "old");
        cluster.Isolate(old);
        var read = cluster.Get(old, "a", patienceSeconds: 2);
        cluster.RunUntil(() => cluster.Leader is { } leader && leader != old, "the majority elects another leader");
        Write(cluster.Leader!, cluster, "a", "new");
        cluster.RunUntil(() => read.IsEnded, "the read ends");
        read.Result.ShouldBeNull();
        old.Core.Role.ShouldNotBe(Role.Leader);
        cluster.Heal();
        Read(old, cluster, "a").ShouldBe("new");
    }

    [Fact]
    [Trait("Row", "CO-1")]
    public void A_node_that_was_cut_off_returns_without_deposing_the_leader()
    {
        var cluster = new SimulatedCluster(3, seed: 6);
        var leader = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        var term = leader.Core.Term;
        cluster.Isolate(cluster.Nodes.First(node => node != leader));
        cluster.RunFor(10 * Second);
        cluster.Heal();
        cluster.RunFor(2 * Second);
        cluster.Leader.ShouldBe(leader);
        leader.Core.Term.ShouldBe(term);
    }

    [Fact]
    public void A_write_of_the_minority_side_is_replaced_and_never_acknowledged()
    {
        var cluster = new SimulatedCluster(5, seed: 7);
        var old = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        var companion = cluster.Nodes.First(node => node != old);
        var others = cluster.Nodes.Where(node => node != old && node != companion).Select(node => node.Name).ToArray();
        cluster.Partition([old.Name, companion.Name], others);
        var lost = cluster.Put(old, "a", "minority", patienceSeconds: 3);
        cluster.RunUntil(() => cluster.Leader is { } leader && others.Contains(leader.Name), "the majority side leads");
        Write(cluster.Leader!, cluster, "a", "majority");
        cluster.RunUntil(() => lost.IsEnded, "the write ends");
        lost.Error.ShouldBe(QuorumError.OutcomeUnknown);
        cluster.Heal();
        cluster.RunUntilConverged();
        foreach (var node in cluster.Nodes) node.Content["a"].ShouldBe("majority");
    }

    [Fact]
    [Trait("Row", "CO-6")]
    public void Without_a_majority_a_write_fails_as_never_sent_when_no_leader_is_known()
    {
        var cluster = new SimulatedCluster(3, seed: 8);
        var leader = cluster.RunUntilLeader();
        var last = cluster.Nodes.First(node => node != leader);
        foreach (var node in cluster.Nodes.Where(node => node != last)) cluster.Crash(node);
        cluster.RunFor(2 * Second);
        var put = cluster.Put(last, "a", "1", patienceSeconds: 1);
        cluster.RunUntil(() => put.IsEnded, "the write ends");
        put.Error.ShouldBe(QuorumError.NoLeader);
    }

    [Fact]
    public void A_lost_connection_to_the_leader_leaves_a_forwarded_write_with_an_unknown_outcome()
    {
        var cluster = new SimulatedCluster(3, seed: 9);
        var leader = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        var follower = cluster.Nodes.First(node => node != leader);
        var put = cluster.Put(follower, "a", "1");
        cluster.RunFor(TimeSpan.FromMicroseconds(50));
        cluster.Crash(leader);
        cluster.RunUntil(() => put.IsEnded, "the write ends");
        put.Error.ShouldBe(QuorumError.OutcomeUnknown);
    }

    [Fact]
    public void A_paused_follower_does_not_depose_its_leader_on_waking()
    {
        var cluster = new SimulatedCluster(3, seed: 10);
        var leader = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        var term = leader.Core.Term;
        cluster.Pause(cluster.Nodes.First(node => node != leader), 5 * Second);
        cluster.RunFor(8 * Second);
        leader.Core.Term.ShouldBe(term);
        cluster.Leader.ShouldBe(leader);
    }

    [Fact]
    [Trait("Row", "RN-5")]
    public void A_wiped_member_of_two_survivors_is_bound_anew_and_counts_again()
    {
        var cluster = new SimulatedCluster(3, seed: 11);
        var leader = cluster.RunUntilLeader();
        Write(leader, cluster, "a", "1");
        var wiped = cluster.Nodes.First(node => node != leader);
        cluster.Crash(wiped);
        cluster.Wipe(wiped);
        cluster.Restart(wiped);
        wiped.Core.IsProven.ShouldBeFalse();
        cluster.RunUntil(() => wiped.Core.IsProven, "the member is bound to its new disk");
        var other = cluster.Nodes.First(node => node != cluster.Leader && node != wiped);
        cluster.Crash(other);
        Write(cluster.Leader!, cluster, "b", "2");
        wiped.Core.Log.LastIndex.ShouldBe(cluster.Leader!.Core.Log.LastIndex);
    }

    [Fact]
    [Trait("Row", "RN-5")]
    public void A_wiped_member_cannot_help_a_stale_one_to_forget_what_was_committed()
    {
        var cluster = new SimulatedCluster(3, seed: 12);
        var holder = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        var (wiped, stale) = (cluster.Nodes.First(node => node != holder), cluster.Nodes.Last(node => node != holder));
        cluster.Isolate(stale);
        Write(holder, cluster, "a", "1");
        cluster.Crash(holder);
        cluster.Crash(wiped);
        cluster.Wipe(wiped);
        cluster.Heal();
        cluster.Restart(wiped);
        cluster.RunFor(10 * Second);
        cluster.Leader.ShouldBeNull("the wiped member has no vote, so the stale one cannot lead");
        cluster.Restart(holder);
        Read(cluster.RunUntilLeader(), cluster, "a").ShouldBe("1");
        cluster.RunUntil(() => wiped.Core.IsProven, "the wiped member is bound");
    }

    [Fact]
    public void A_cluster_is_founded_only_when_every_first_member_was_heard()
    {
        var cluster = new SimulatedCluster(3, seed: 13);
        cluster.Crash(cluster["n3"]);
        cluster.RunFor(5 * Second);
        cluster.Leader.ShouldBeNull();
        cluster.Restart(cluster["n3"]);
        cluster.RunUntilLeader();
    }

    [Fact]
    [Trait("Row", "RN-5")]
    public void A_memory_node_that_restarts_does_not_vote_before_it_has_caught_up()
    {
        var cluster = new SimulatedCluster(3, seed: 14, options => options with { Storage = ActorQuorum.Configuration.StorageKind.Memory });
        var leader = cluster.RunUntilLeader();
        Write(leader, cluster, "a", "1");
        var restarted = cluster.Nodes.First(node => node != leader);
        cluster.Crash(restarted);
        cluster.Restart(restarted);
        restarted.Core.IsProven.ShouldBeFalse();
        restarted.Core.Log.LastIndex.ShouldBe(0);
        cluster.RunUntil(() => restarted.Core.IsProven, "it has caught up");
        cluster.RunUntilConverged();
        restarted.Content["a"].ShouldBe("1");
    }

    [Fact]
    public void A_nearly_full_disk_refuses_writes_and_goes_on_reading()
    {
        var cluster = new SimulatedCluster(1, seed: 15, options => options with { Log = options.Log with { ReserveBytes = 1 << 20 } });
        var leader = cluster.RunUntilLeader();
        leader.Disk.CapacityBytes = 2 << 20;
        Write(leader, cluster, "a", "1");
        using (var ballast = leader.Disk.Open("data/ballast", create: true)) ballast.Append(new byte[1 << 20]);
        Write(leader, cluster, "b", "the write whose batch finds the disk nearly full");
        var refused = cluster.Put(leader, "c", "3");
        cluster.RunUntil(() => refused.IsEnded, "the write ends");
        refused.Error.ShouldBe(QuorumError.DiskNearlyFull);
        Read(leader, cluster, "a").ShouldBe("1");
        leader.Disk.Delete("data/ballast");
        cluster.RunFor(Second);
        Write(leader, cluster, "d", "4");
    }

    [Fact]
    public void A_disk_that_is_full_stops_the_node_and_with_room_it_has_every_acknowledged_write()
    {
        var cluster = new SimulatedCluster(1, seed: 18, options => options with { Log = options.Log with { ReserveBytes = 0 } });
        var leader = cluster.RunUntilLeader();
        Write(leader, cluster, "a", "1");
        cluster.FillDisk(leader, freeBytes: 0);
        var lost = cluster.Put(leader, "b", "2");
        cluster.RunUntil(() => !leader.IsRunning, "the node stops itself");
        leader.Failure.ShouldBeOfType<DiskFullException>().Message.ShouldContain("full");
        lost.Result.ShouldBeNull();
        cluster.Crash(leader, CrashMode.LoseUnsynced);
        cluster.FillDisk(leader, long.MaxValue);
        cluster.Restart(leader);
        Read(cluster.RunUntilLeader(), cluster, "a").ShouldBe("1");
    }

    [Fact]
    public void A_failed_flush_stops_the_node_and_the_others_go_on()
    {
        var cluster = new SimulatedCluster(3, seed: 16);
        var leader = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        leader.Disk.FailNextFlush();
        var put = cluster.Put(leader, "a", "1");
        cluster.RunUntil(() => !leader.IsRunning, "the leader stops itself");
        put.IsEnded.ShouldBeFalse("a node that failed never acknowledges again");
        cluster.Crash(leader);
        Write(cluster.RunUntilLeader(), cluster, "b", "2");
    }

    [Fact]
    public void Leadership_is_handed_over_without_waiting_for_a_timeout()
    {
        var cluster = new SimulatedCluster(3, seed: 17);
        var leader = cluster.RunUntilLeader();
        cluster.RunUntilConverged();
        var before = cluster.Now;
        leader.Actors!.HandOver();
        cluster.RunUntil(() => cluster.Leader is { } other && other != leader, "another leads");
        (cluster.Now - before).ShouldBeLessThan(TimeSpan.FromMilliseconds(300), "virtual time: less than any election timeout");
        cluster.RunUntil(() => leader.Role == Role.Follower, "the old leader follows");
    }

    private static void Write(SimulatedNode node, SimulatedCluster cluster, string key, string value)
    {
        var put = cluster.Put(node, key, value);
        cluster.RunUntil(() => put.IsEnded, $"put {key}");
        put.Error.ShouldBeNull(put.Message);
    }

    private static string? Read(SimulatedNode node, SimulatedCluster cluster, string key)
    {
        var get = cluster.Get(node, key);
        cluster.RunUntil(() => get.IsEnded, $"get {key}");
        get.Error.ShouldBeNull(get.Message);
        return get.Value;
    }
}
