using System.Globalization;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>A user's own commands under faults: each is applied everywhere or nowhere, once, and the same.</summary>
[Trait("Row", "CO-2")]
public sealed class ProcessorTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void What_was_acknowledged_is_counted_once_through_crashes_and_cuts(ulong seed)
    {
        var cluster = new SimulatedCluster(3, seed, build: AddCounter);
        cluster.RunUntilLeader();
        var chance = new Random((int)seed);
        var requests = new List<SimulatedRequest>();
        for (var round = 0; round < 12; round++)
        {
            var victim = cluster.Nodes[chance.Next(3)];
            if (round % 3 == 1) cluster.Isolate(victim);
            if (round % 3 == 2) cluster.Crash(victim, CrashMode.LoseUnsynced);
            foreach (var node in cluster.Nodes.Where(node => node.IsRunning))
                requests.AddRange(Enumerable.Range(0, 5).Select(i => cluster.Enqueue(node, "add", i == 4 ? "one" : "1")));
            cluster.RunFor(Second * (0.05 + (0.4 * chance.NextDouble())));
            cluster.Heal();
            if (!victim.IsRunning) cluster.Restart(victim);
        }

        cluster.RunUntil(() => requests.TrueForAll(request => request.IsEnded), "every request ends", withinSeconds: 30);
        cluster.RunUntilConverged();

        var counted = requests.Where(request => request.Result is { IsSuccess: true }).Select(request => new Bytes(request.Result!.Payload).ToString()).ToArray();
        counted.Length.ShouldBeGreaterThan(20);
        counted.ShouldBeUnique();
        requests.Where(request => request.Result is { IsSuccess: false }).ShouldAllBe(request => request.Result!.Code == 10 && request.Result.Error!.Contains("'one' is no number"));
        var sum = int.Parse(cluster.Nodes[0].Content["sum"], CultureInfo.InvariantCulture);
        sum.ShouldBeInRange(counted.Length, requests.Count * 4 / 5);
        cluster.Nodes.Select(node => node.Digest).Distinct().ShouldHaveSingleItem();
        cluster.Nodes[0].Content.Count.ShouldBe(1, "what a refused command wrote is discarded");
    }

    private static void AddCounter(QuorumBuilder builder) => builder.AddProcessor("add", (store, payload) =>
    {
        store.Put("tried", payload);
        if (!int.TryParse(payload.ToString(), CultureInfo.InvariantCulture, out var number)) throw new ProcessorException($"'{payload}' is no number");
        store.Delete("tried");
        var sum = int.Parse(store.Get("sum")?.ToString() ?? "0", CultureInfo.InvariantCulture) + number;
        store.Put("sum", sum.ToString(CultureInfo.InvariantCulture));
        return sum.ToString(CultureInfo.InvariantCulture);
    });
}
