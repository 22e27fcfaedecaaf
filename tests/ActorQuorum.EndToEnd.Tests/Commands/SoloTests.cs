using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>What docs/snapshots.md says of running nodes, done with the command.</summary>
[Trait("Row", "CO-4")]
[Trait("Row", "CO-5")]
public sealed class SoloTests
{
    [Fact]
    public async Task A_running_node_leaves_its_cluster_is_reset_and_comes_back_without_a_restart()
    {
        await using var cluster = new RealCluster(3);
        await cluster.StartAsync();
        await cluster.Nodes[0].PutAsync("k/before", "1");
        var node = await cluster.LeaderAsync();
        RealNode[] others = [.. cluster.Nodes.Where(other => other != node)];
        var (process, term) = (node.Process!, (await node.StatusAsync())!.RaftTerm);

        // Without a yes nothing happens; and who has others is not reset while it runs.
        var unasked = CliProcess.Start("solo", "-c", node.ConfigFile);
        unasked.CloseInput();
        (await CliProcess.RunAsync(unasked)).ShouldSatisfyAllConditions(
            asked => asked.ExitCode.ShouldBe(2), asked => asked.Output.ShouldContain("leaves its cluster for good"), asked => asked.Errors.ShouldContain("--yes"));
        (await CliProcess.RunAsync("reset", "-c", node.ConfigFile, "--yes")).ShouldSatisfyAllConditions(
            refused => refused.ExitCode.ShouldBe(1), refused => refused.Errors.ShouldContain($"has other members in its cluster ({others[0].Name}, {others[1].Name})"));
        (await CliProcess.RunAsync("recover", "-c", node.ConfigFile, "--yes")).Errors.ShouldContain("in use by another process");

        var alone = await CliProcess.RunAsync("solo", "-c", node.ConfigFile, "--yes");
        alone.ExitCode.ShouldBe(0, $"{alone}\n{cluster.Describe()}");
        alone.Output.ShouldContain("certain   up to entry");
        alone.Output.ShouldContain($"{node.Name} is a cluster of one now, of id ");
        await WritesAsync(cluster, node, "k/mine");
        await WritesAsync(cluster, others[0], "k/after");
        (await node.StatusAsync()).ShouldNotBeNull().RaftTerm.ShouldBeGreaterThan(term);
        (await node.GetAllAsync("k/", serializable: false)).Keys.ShouldBe(["k/before", "k/mine"], ignoreOrder: true);
        (await others[1].GetAllAsync("k/", serializable: false)).Keys.ShouldBe(["k/after", "k/before"], ignoreOrder: true);
        process.Output.ShouldContain($"{node.Name} has left cluster ");

        // Its old cluster lets it go and takes it in again, as one that was never there.
        await DoneAsync("member", "remove", node.Name, "--endpoints", others[0].ClientAddress);
        await DoneAsync("member", "add", $"{node.Name}={node.PeerAddress},{node.ClientAddress}", "--endpoints", others[0].ClientAddress);
        await DoneAsync("reset", "-c", node.ConfigFile, "--yes");
        await Eventually.HoldsAsync(
            "it votes again",
            async () => (await CliProcess.RunAsync("member", "list", "-o", "json", "--endpoints", others[0].ClientAddress)).Output
                .Replace(" ", "", StringComparison.Ordinal).Split("\"voter\":true").Length - 1 == 3,
            cluster.Describe);
        (await node.GetAllAsync("k/", serializable: false)).Keys.ShouldBe(["k/after", "k/before"], ignoreOrder: true);
        await others[0].KillAsync();
        await WritesAsync(cluster, node, "k/with-its-vote");
        process.HasExited.ShouldBeFalse(process.ToString());

        // Of the other cluster each says what it has to say once, though it is knocked at all the time.
        foreach (var each in cluster.Nodes)
            LinesOf(each, "(Cluster)").ShouldBeLessThanOrEqualTo(2, each.Process!.Output);
    }

    private static int LinesOf(RealNode node, string text) => node.Process!.Output.Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    private static async Task DoneAsync(params string[] words)
    {
        var ended = await CliProcess.RunAsync(words);
        ended.ExitCode.ShouldBe(0, ended.ToString());
    }

    private static Task WritesAsync(RealCluster cluster, RealNode node, string key) => Eventually.HoldsAsync(
        $"{node.Name} writes {key}",
        async () => (await CliProcess.RunAsync("put", key, "1", "--endpoints", node.ClientAddress, "--timeout", "2s")).ExitCode == 0, cluster.Describe);
}
