using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.BadInput;

[Trait("Row", "QC-14")]
public sealed class WrongClusterTests
{
    [Fact]
    public async Task A_node_of_another_cluster_is_refused_and_both_sides_say_so()
    {
        await using var cluster = new RealCluster(3);
        await cluster.StartAsync();
        await cluster.Nodes[2].KillAsync();
        await cluster.LeaderAsync();
        var other = Path.Combine(cluster.Folder, "other");
        Directory.CreateDirectory(other);
        await File.WriteAllTextAsync(Path.Combine(other, "cluster.conf"), RealCluster.MembersConfig("another", cluster.Nodes));
        var config = Path.Combine(other, "n3.conf");
        await File.WriteAllTextAsync(config, RealCluster.NodeConfig("n3", Path.Combine(other, "n3")));

        await using var stranger = CliProcess.Start("run", "-c", config);

        await stranger.PrintsAsync("belongs to cluster");
        await cluster.Nodes[0].Process!.PrintsAsync("belongs to cluster");
        await cluster.Nodes[0].PutAsync("undisturbed", "1");
        (await cluster.Nodes[1].GetAsync("undisturbed")).ShouldBe("1");
        stranger.Output.ShouldNotContain("follows");
        stranger.Output.ShouldNotContain("→ Leader");
    }
}
