using ActorQuorum.Configuration;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Invariants;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>Snapshots in whole clusters: taken, sent, cut and damaged on the way, installed, and started from.</summary>
[Trait("Row", "RP-8")]
public sealed class SnapshotTests
{
    private static readonly SnapshotOptions s_often = new() { Entries = 40, TrailingEntries = 10, ChunkSizeBytes = 256, RateBytes = 1 << 20 };

    [Fact]
    public void Each_node_takes_snapshots_and_its_log_forgets_what_they_stand_for()
    {
        var cluster = Cluster(seed: 1);
        Fill(cluster, 200);

        foreach (var node in cluster.Nodes)
        {
            node.SnapshotIndex.ShouldBeGreaterThan(100);
            node.LogBaseIndex.ShouldBe(node.SnapshotIndex - 10);
            node.Content.Count.ShouldBe(200);
        }

        cluster.Reached.Snapshots.ShouldBeGreaterThan(9);
    }

    [Fact]
    public void A_node_starts_from_its_snapshot_and_the_log_behind_it()
    {
        var cluster = Cluster(seed: 2);
        Fill(cluster, 200);
        foreach (var node in cluster.Nodes) cluster.Crash(node, CrashMode.LoseUnsynced);
        foreach (var node in cluster.Nodes) cluster.Restart(node);
        foreach (var node in cluster.Nodes) node.AppliedIndex.ShouldBe(node.SnapshotIndex);

        Fill(cluster, 20, "again");
        foreach (var node in cluster.Nodes) node.Content.Count.ShouldBe(220);
    }

    [Theory]
    [InlineData(StorageKind.Disk)]
    [InlineData(StorageKind.Memory)]
    public void A_follower_that_was_away_too_long_gets_a_snapshot_and_follows_on(StorageKind storage)
    {
        var cluster = Cluster(seed: 3, storage);
        Fill(cluster, 10);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Isolate(away);
        Fill(cluster, 300, "meanwhile", away);
        cluster.Leader!.LogBaseIndex.ShouldBeGreaterThan(away.CommitIndex);
        cluster.Heal();
        cluster.RunUntilConverged(20);

        away.LogBaseIndex.ShouldBeGreaterThan(100);
        cluster.Reached.Installs.ShouldBe(1);
        away.Digest.ShouldBe(cluster.Leader!.Digest);
        Fill(cluster, 20, "again");
        away.Digest.ShouldBe(cluster.Leader!.Digest);
    }

    [Fact]
    public void Heartbeats_go_on_while_a_snapshot_is_sent()
    {
        var cluster = Cluster(seed: 4, rateBytes: 20_000);
        Fill(cluster, 10);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Isolate(away);
        FillUntilGone(cluster, away);
        cluster.Heal();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.RunUntilLeader();
        var elections = cluster.Reached.Elections;
        var began = cluster.Now;
        cluster.RunUntilConverged(60);

        (cluster.Now - began).ShouldBeGreaterThan(TimeSpan.FromSeconds(2), "the snapshot was bound by its rate");
        cluster.Reached.Elections.ShouldBe(elections);
        cluster.Reached.Installs.ShouldBe(1);
    }

    [Fact]
    public void Chunks_that_are_cut_or_damaged_on_the_way_are_sent_again()
    {
        var cluster = Cluster(seed: 5);
        Fill(cluster, 10);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Isolate(away);
        Fill(cluster, 300, "meanwhile", away, valueBytes: 200);
        cluster.Heal();
        (cluster.Network.BulkCutPerThousand, cluster.Network.DamagedPerThousand) = (20, 20);
        cluster.RunUntilConverged(60);

        cluster.Reached.ChunksDamaged.ShouldBeGreaterThan(0);
        cluster.Reached.SnapshotsCut.ShouldBeGreaterThan(0);
        cluster.Reached.Installs.ShouldBe(1);
        away.Digest.ShouldBe(cluster.Leader!.Digest);
    }

    [Fact]
    public void A_snapshot_that_was_read_wrong_is_refused_as_a_whole_and_asked_for_again()
    {
        var cluster = Cluster(seed: 12);
        Fill(cluster, 10);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Isolate(away);
        Fill(cluster, 300, "meanwhile", away);
        cluster.Heal();
        cluster.Network.MisreadPerThousand = 1000;
        cluster.RunUntil(() => cluster.Reached.ChunksMisread > 100, "all of it was read wrong", 60);
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.Reached.Installs.ShouldBe(0);

        cluster.Network.MisreadPerThousand = 0;
        cluster.RunUntilConverged(60);
        cluster.Reached.Installs.ShouldBe(1);
        away.Digest.ShouldBe(cluster.Leader!.Digest);
    }

    [Fact]
    public void Among_some_seeds_snapshots_are_cut_damaged_and_installed_all_the_same()
    {
        var reached = new ReachedCounts();
        for (ulong seed = 300; seed < 350 && !IsAllReached(); seed++)
            reached.Add(new SimulationRun(new() { Seed = seed, Duration = TimeSpan.FromSeconds(15), Compacts = true, Snapshots = true }).Execute().Reached);
        reached.SnapshotsCut.ShouldBeGreaterThan(0);
        reached.ChunksDamaged.ShouldBeGreaterThan(0);
        reached.ChunksMisread.ShouldBeGreaterThan(0);
        reached.Installs.ShouldBeGreaterThan(0);

        bool IsAllReached() => reached is { SnapshotsCut: > 0, ChunksDamaged: > 0, ChunksMisread: > 0, Installs: > 0 };
    }

    [Fact]
    public void A_receiver_that_dies_on_the_way_goes_on_from_what_it_had()
    {
        var cluster = Cluster(seed: 6, rateBytes: 30_000);
        Fill(cluster, 10);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Isolate(away);
        FillUntilGone(cluster, away);
        cluster.Heal();
        cluster.RunUntil(() => PartBytes(away) > 30_000, "some of it is there", 60);
        cluster.Crash(away, CrashMode.ProcessOnly);
        var had = PartBytes(away);
        cluster.Restart(away);
        cluster.RunUntil(() => PartBytes(away) > had, "it goes on", 20);
        cluster.RunUntilConverged(60);

        cluster.Reached.Installs.ShouldBe(1);
        away.Digest.ShouldBe(cluster.Leader!.Digest);
    }

    [Fact]
    public void A_leader_that_hands_over_sends_no_more_and_the_next_one_brings_the_snapshot()
    {
        var cluster = Cluster(seed: 10, rateBytes: 30_000);
        Fill(cluster, 10);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Isolate(away);
        FillUntilGone(cluster, away);
        cluster.Heal();
        cluster.RunUntil(() => PartBytes(away) > 30_000, "some of it is there", 60);
        var former = cluster.Leader!;
        cluster.HandOver(former);
        cluster.RunUntil(() => cluster.Leader is { } leader && leader != former, "another leads", 20);
        var late = 0;
        cluster.RunFor(TimeSpan.FromMilliseconds(100));
        cluster.Drop(message =>
        {
            // Each word of a sender is answered.
            if (message is { Kind: "SnapshotProgress" } && message.To == former.Name) late++;
            return false;
        });
        cluster.RunUntilConverged(60);

        late.ShouldBe(0);
        cluster.Reached.Installs.ShouldBe(1);
        away.Digest.ShouldBe(cluster.Leader!.Digest);
    }

    [Fact]
    public void A_follower_that_acknowledged_the_snapshot_is_offered_it_no_more()
    {
        var cluster = Cluster(seed: 11);
        Fill(cluster, 10);
        var away = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Isolate(away);
        Fill(cluster, 300, "meanwhile", away);
        cluster.Heal();
        var (answers, late) = (0, 0);
        cluster.Drop(message =>
        {
            if (message.Kind != "SnapshotProgress") return false;
            if (cluster.Reached.Installs > 0) late++;
            return answers++ > 0;
        });
        cluster.RunUntilConverged(60);
        cluster.RunFor(TimeSpan.FromSeconds(20));

        answers.ShouldBeGreaterThan(1, "the word that it arrived was lost");
        late.ShouldBe(0, "each offer would be answered");
        cluster.Reached.Installs.ShouldBe(1);
    }

    [Fact]
    public void A_node_with_a_new_disk_gets_a_snapshot_and_votes_again()
    {
        var cluster = Cluster(seed: 7);
        Fill(cluster, 200);
        var lost = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.Crash(lost);
        cluster.Wipe(lost);
        cluster.Restart(lost);
        cluster.RunUntilConverged(30);
        cluster.RunUntil(() => lost.IsProven, "it may vote again", 20);

        lost.LogBaseIndex.ShouldBeGreaterThan(100);
        lost.Digest.ShouldBe(cluster.Leader!.Digest);
    }

    [Fact]
    public void A_full_disk_gives_the_snapshot_up_and_not_the_node()
    {
        var cluster = Cluster(seed: 8, entries: 100);
        Fill(cluster, 80, valueBytes: 1000);
        var node = cluster.Nodes.First(node => node != cluster.Leader);
        cluster.FillDisk(node, 60_000);
        Fill(cluster, 25, "more", valueBytes: 10);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        node.IsRunning.ShouldBeTrue(node.Failure?.ToString());
        node.SnapshotIndex.ShouldBe(0);
        cluster.FillDisk(node, long.MaxValue);
        Fill(cluster, 120, "then", valueBytes: 10);
        node.SnapshotIndex.ShouldBeGreaterThan(100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Runs_with_faults_keep_every_promise(ulong seed)
    {
        var reached = new ReachedCounts();
        foreach (var part in Enumerable.Range(0, 4))
        {
            var run = new SimulationRun(
                new() { Seed = (seed * 10) + (ulong)part, Duration = TimeSpan.FromSeconds(15), Compacts = true, Snapshots = true });
            run.Execute();
            reached.Add(run.Cluster.Reached);
        }

        reached.Snapshots.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void A_snapshot_that_is_not_the_log_is_noticed()
    {
        var cluster = Cluster(seed: 9);
        Fill(cluster, 30);
        cluster.Nodes[0].Forge("nobody put this");
        Should.Throw<BrokenPromiseException>(() => Fill(cluster, 60, "more")).Message.ShouldContain("SnapshotEqualsLog");
    }

    private static SimulatedCluster Cluster(
        ulong seed, StorageKind storage = StorageKind.Disk, long rateBytes = 1 << 20, int entries = 40)
    {
        var cluster = new SimulatedCluster(
            3, seed, node => node with
            {
                Storage = storage,
                Snapshot = s_often with { RateBytes = rateBytes, Entries = entries },
                Log = node.Log with { SegmentSizeBytes = 4096, ReserveBytes = 20_000 },
            });
        cluster.RunUntilLeader();
        return cluster;
    }

    /// <summary>Snapshots that are bound by a low rate come seldom.</summary>
    private static void FillUntilGone(SimulatedCluster cluster, SimulatedNode away)
    {
        for (var i = 0; i == 0 || cluster.Leader!.LogBaseIndex <= 250; i++)
        {
            Fill(cluster, 100, $"meanwhile{i}-", away, valueBytes: 300);
            cluster.RunFor(TimeSpan.FromSeconds(60));
        }

        away.CommitIndex.ShouldBeLessThan(250);
    }

    private static void Fill(SimulatedCluster cluster, int puts, string prefix = "key", SimulatedNode? without = null, int valueBytes = 20)
    {
        for (var i = 0; i < puts; i++)
        {
            var leader = cluster.Leader is { } found && found != without ? found : cluster.Nodes.First(node => node != without);
            var put = cluster.Put(leader, $"{prefix}{i}", new string('v', valueBytes), patienceSeconds: 10);
            cluster.RunUntil(() => put.IsEnded, $"put {i}", 20);
        }

        cluster.RunFor(TimeSpan.FromSeconds(1));
        if (without is null) cluster.RunUntilConverged();
    }

    private static long PartBytes(SimulatedNode node) =>
        node.Disk.FilesUnder(Path.Combine("data", "snapshots")).Where(file => file.Path.EndsWith(".part", StringComparison.Ordinal)).Sum(file => (long)file.Length);
}
