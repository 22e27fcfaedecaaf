using System.Globalization;
using ActorQuorum.Cli.Client;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Clusters;

[Trait("Row", "CO-2")]
[Trait("Row", "RN-5")]
public sealed class KillingTests
{
    private const int WriterCount = 4;
    private const int WritesBetweenKills = 50;

    private static int Kills => int.TryParse(
        Environment.GetEnvironmentVariable("ACTORQUORUM_E2E_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 5;

    [Fact]
    public async Task Leaders_killed_under_load_lose_no_acknowledged_write()
    {
        await using var cluster = new RealCluster(3);
        await cluster.StartAsync();
        var writers = new Writers(cluster);
        using var stop = new CancellationTokenSource();
        var writing = writers.RunAsync(WriterCount, stop.Token);

        for (var round = 0; round < Kills; round++)
        {
            await ProgressAsync(writers, cluster);
            var leader = await cluster.LeaderAsync();
            await leader.KillAsync();
            await ProgressAsync(writers, cluster);
            leader.Start();
        }

        await ProgressAsync(writers, cluster);
        await stop.CancelAsync();
        await writing;
        await AllHoldWhatWasAcknowledgedAsync(cluster, writers);
    }

    [Fact]
    public async Task All_nodes_killed_at_once_keep_every_acknowledged_write()
    {
        await using var cluster = new RealCluster(3);
        await cluster.StartAsync();
        var writers = new Writers(cluster);
        using var stop = new CancellationTokenSource();
        var writing = writers.RunAsync(WriterCount, stop.Token);
        await ProgressAsync(writers, cluster);

        foreach (var node in cluster.Nodes)
            node.Process!.Kill();
        await stop.CancelAsync();
        await writing;
        foreach (var node in cluster.Nodes)
            await node.KillAsync();

        await cluster.StartAsync();
        await AllHoldWhatWasAcknowledgedAsync(cluster, writers);
    }

    private static async Task<bool> HoldsAsync(RealNode node, IReadOnlyDictionary<string, string> truth)
    {
        try
        {
            var own = await node.GetAllAsync("w/", serializable: true);
            return own.Count == truth.Count && truth.All(pair => own.GetValueOrDefault(pair.Key) == pair.Value);
        }
        catch (CallFailedException)
        {
            return false; // It still starts.
        }
    }

    private static Task ProgressAsync(Writers writers, RealCluster cluster)
    {
        var before = writers.Acknowledged.Count;
        return Eventually.HoldsAsync(
            "writes go on", () => writers.Acknowledged.Count >= before + WritesBetweenKills, () => $"{writers}\n{cluster.Describe()}");
    }

    private static async Task AllHoldWhatWasAcknowledgedAsync(RealCluster cluster, Writers writers)
    {
        // A linearizable read first: from here on the leader's state holds all that was acknowledged, and followers only catch up.
        var truth = await (await cluster.LeaderAsync()).GetAllAsync("w/", serializable: false);
        writers.Acknowledged.Where(write => truth.GetValueOrDefault(write.Key) != write.Value).ShouldBeEmpty($"lost; {writers}");
        writers.Refused.Where(write => truth.ContainsKey(write.Key)).ShouldBeEmpty("took effect though said not to");

        foreach (var node in cluster.Nodes)
        {
            await Eventually.HoldsAsync(
                $"{node.Name} catches up",
                () => HoldsAsync(node, truth),
                cluster.Describe);
        }
    }
}
