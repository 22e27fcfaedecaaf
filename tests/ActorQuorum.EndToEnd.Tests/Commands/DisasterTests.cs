using ActorQuorum.Cli.Client;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>What docs/snapshots.md tells an operator to do, done to the end.</summary>
[Trait("Row", "CO-4")]
[Trait("Row", "CO-5")]
public sealed class DisasterTests
{
    [Fact]
    public async Task A_cluster_that_lost_its_majority_is_rebuilt_from_the_node_that_is_left_and_one_that_was_reset()
    {
        await using var cluster = new RealCluster(3);
        await cluster.StartAsync();
        await cluster.Nodes[0].PutAsync("before", "1");
        var left = await cluster.LeaderAsync();
        var other = cluster.Nodes.First(node => node != left);
        foreach (var node in cluster.Nodes) await node.KillAsync();

        await DoneAsync("recover", "-c", left.ConfigFile, "--yes");
        left.Start();
        await WritesAsync(cluster, left, "alone");
        var kept = await CliProcess.RunAsync("member", "add", Named(other), "--endpoints", left.ClientAddress);
        kept.ExitCode.ShouldBe(0, $"{kept}\n{cluster.Describe()}");
        var unreset = await CliProcess.RunAsync("run", "-c", other.ConfigFile, "--join", left.ClientAddress);
        (unreset.ExitCode, unreset.Errors.Contains("actorquorum reset", StringComparison.Ordinal)).ShouldBe((1, true), unreset.ToString());
        await DoneAsync("reset", "-c", other.ConfigFile, "--yes");

        // Who forgets --join is told, founds nothing, and loses nothing by it.
        other.Start();
        await other.Process!.PrintsAsync("was reset: it founds no cluster");
        await other.KillAsync();
        other.Start("--join", left.ClientAddress);
        await VotesAsync(cluster, left, 2);
        (await other.GetAsync("before", serializable: true)).ShouldBe("1");
        (await other.GetAsync("alone")).ShouldBe("1");

        // With two voters nothing is written without the second; it needs nobody to tell it again.
        await other.KillAsync();
        other.Start();
        await WritesAsync(cluster, other, "after");
        (await left.GetAsync("after")).ShouldBe("1");
    }

    [Fact]
    public async Task A_founder_that_is_reset_after_its_cluster_has_grown_founds_no_second_one()
    {
        await using var cluster = new RealCluster(1);
        await cluster.StartAsync();
        var founder = cluster.Nodes[0];
        await founder.PutAsync("before", "1");
        for (var joined = 0; joined < 2; joined++)
        {
            var newcomer = cluster.Newcomer();
            await DoneAsync("member", "add", Named(newcomer), "--endpoints", founder.ClientAddress);
            newcomer.Start("--join", founder.ClientAddress);
            await VotesAsync(cluster, founder, cluster.Nodes.Count);
        }

        foreach (var node in cluster.Nodes) await node.KillAsync();
        await DoneAsync("reset", "-c", founder.ConfigFile, "--yes");
        founder.Start();
        await founder.Process!.PrintsAsync("serving clients");
        var written = await CliProcess.RunAsync("put", "second", "1", "--endpoints", founder.ClientAddress, "--timeout", "2s");
        written.ExitCode.ShouldBeOneOf([3, 4], written.ToString());

        foreach (var node in cluster.Nodes.Skip(1)) node.Start();
        await WritesAsync(cluster, cluster.Nodes[1], "meanwhile");
        await Eventually.HoldsAsync("it has what the cluster has", async () => await HeldAsync(founder, "meanwhile") == "1", cluster.Describe);
        (await founder.GetAsync("before")).ShouldBe("1");
        await cluster.Nodes[1].KillAsync();
        await WritesAsync(cluster, founder, "with its vote");
    }

    private static string Named(RealNode node) => $"{node.Name}={node.PeerAddress},{node.ClientAddress}";

    private static async Task DoneAsync(params string[] words)
    {
        var ended = await CliProcess.RunAsync(words);
        ended.ExitCode.ShouldBe(0, ended.ToString());
    }

    private static Task WritesAsync(RealCluster cluster, RealNode node, string key) => Eventually.HoldsAsync(
        $"{node.Name} writes {key}",
        async () => (await CliProcess.RunAsync("put", key, "1", "--endpoints", node.ClientAddress, "--timeout", "2s")).ExitCode == 0, cluster.Describe);

    private static Task VotesAsync(RealCluster cluster, RealNode asked, int voters) => Eventually.HoldsAsync(
        $"there are {voters} voters",
        async () =>
        {
            var listed = await CliProcess.RunAsync("member", "list", "-o", "json", "--endpoints", asked.ClientAddress);
            return listed.ExitCode == 0 && listed.Output.Replace(" ", "", StringComparison.Ordinal).Split("\"voter\":true").Length - 1 == voters;
        },
        cluster.Describe);

    private static async Task<string?> HeldAsync(RealNode node, string key)
    {
        try
        {
            return await node.GetAsync(key, serializable: true);
        }
        catch (CallFailedException)
        {
            return null;
        }
    }
}
