using ActorQuorum.Core;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Cluster;

/// <summary>Random crashes, partitions, losses and pauses under writes; then peace, in which everything must come to rest.</summary>
public sealed class RandomFaultTests
{
    private const int Rounds = 40;

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Row", "CO-8")]
    public void No_acknowledged_write_is_lost_and_the_cluster_comes_to_rest(ulong seed)
    {
        var faults = new SplitMix64(seed);
        var cluster = new SimulatedCluster(faults.Below(2) == 0 ? 3 : 5, seed);
        cluster.RunUntilLeader();
        var writes = new List<(string Key, string Value, SimulatedRequest Request)>();
        for (var round = 0; round < Rounds; round++)
        {
            Disturb(cluster, faults);
            for (var i = faults.Below(4); i >= 0; i--)
            {
                var node = cluster.Nodes[(int)faults.Below(cluster.Nodes.Count)];
                if (!node.IsRunning) continue;
                var (key, value) = ($"k{writes.Count}", $"{round}.{i}");
                writes.Add((key, value, node.Put(key, value, patienceSeconds: 2)));
            }

            cluster.RunFor(TimeSpan.FromMilliseconds(faults.Below(600)));
        }

        Pacify(cluster);
        cluster.RunUntilLeader(20);
        cluster.RunUntilConverged(20);
        cluster.RunFor(TimeSpan.FromSeconds(3));
        var leader = cluster.Leader!;
        foreach (var (key, value, request) in writes)
            if (request.Result is { IsSuccess: true })
                leader.Map!.Content[key].ShouldBe(value);
        foreach (var node in cluster.Nodes) node.Map!.Content.ShouldBe(leader.Map!.Content);
        cluster.Invariants.Committed.ShouldBeGreaterThan(0);
    }

    /// <summary>A hundred seeds each time; more by <c>ACTORQUORUM_SEEDS</c>.</summary>
    public static TheoryData<ulong> Seeds()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("ACTORQUORUM_SEEDS"), out var given) ? given : 100;
        var seeds = new TheoryData<ulong>();
        for (var seed = 1; seed <= count; seed++) seeds.Add((ulong)seed);
        return seeds;
    }

    private static void Disturb(SimulatedCluster cluster, SplitMix64 faults)
    {
        var node = cluster.Nodes[(int)faults.Below(cluster.Nodes.Count)];
        switch (faults.Below(9))
        {
            case 0 or 1 when node.IsRunning:
                cluster.Crash(node, (CrashMode)faults.Below(Enum.GetValues<CrashMode>().Length));
                break;
            case 2 or 3:
                foreach (var stopped in cluster.Nodes.Where(n => !n.IsRunning)) stopped.Start();
                break;
            case 4:
                cluster.Isolate(node);
                break;
            case 5:
                cluster.Heal();
                break;
            case 6 when node.IsRunning:
                node.Pause(TimeSpan.FromMilliseconds(faults.Below(2000)));
                break;
            case 7:
                cluster.Network.LostPerThousand = (int)faults.Below(100);
                cluster.Network.DoubledPerThousand = (int)faults.Below(50);
                break;
            case 8:
                cluster.Network.Cut(node.Id, cluster.Nodes[(int)faults.Below(cluster.Nodes.Count)].Id);
                break;
        }
    }

    private static void Pacify(SimulatedCluster cluster)
    {
        cluster.Heal();
        cluster.Network.LostPerThousand = 0;
        cluster.Network.DoubledPerThousand = 0;
        foreach (var node in cluster.Nodes.Where(node => !node.IsRunning)) node.Start();
    }
}
