using ActorQuorum.Cli.Client;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.BadInput;

/// <summary>A disk that has no room, or fails under a running node: one clear message, and nothing acknowledged is lost.</summary>
public sealed class FailingDiskTests
{
    [Fact]
    public async Task A_nearly_full_disk_refuses_writes_with_etcds_words_and_goes_on_reading()
    {
        await using var cluster = new RealCluster(1);
        var node = cluster.Nodes[0];
        await cluster.StartAsync();
        await node.PutAsync("kept", "value");
        await RestartAsync(cluster, "actorquorum.storage.reserve = 1TiB");

        var refused = await CliProcess.RunAsync("put", "more", "value", "--endpoints", cluster.Endpoints);

        refused.ExitCode.ShouldBe(1, refused.ToString());
        refused.Errors.ShouldContain("database space exceeded");
        refused.Errors.ShouldNotContain("\n");
        (await node.GetAsync("kept")).ShouldBe("value");
        await RestartAsync(cluster, "actorquorum.storage.reserve = 0B");
        await node.PutAsync("more", "value");
    }

    [Fact]
    public async Task A_node_whose_log_cannot_be_written_ends_with_1_and_its_last_word_and_keeps_what_it_acknowledged()
    {
        await using var cluster = new RealCluster(1, "actorquorum.storage { segment-size = 64KiB, reserve = 0B }");
        var node = cluster.Nodes[0];
        await cluster.StartAsync();
        await node.PutAsync("kept", "value");
        var (log, aside) = (Path.Combine(node.DataDirectory, "log"), Path.Combine(node.DataDirectory, "aside"));
        Directory.Move(log, aside);

        // The second one needs a new segment, for which there is no place.
        await Should.ThrowAsync<CallFailedException>(async () =>
        {
            for (var i = 0; i < 2; i++) await node.PutAsync($"large-{i}", new string('x', 100_000));
        });

        (await node.Process!.ExitAsync()).ShouldBe(1, node.Process.ToString());
        node.Process.Errors.ShouldStartWith("actorquorum: the node stopped itself: ");
        node.Process.Errors.ShouldContain(log);
        node.Process.Errors.ShouldNotContain("\n");
        Directory.Move(aside, log);
        await cluster.StartAsync();
        (await node.GetAsync("kept")).ShouldBe("value");
    }

    private static async Task RestartAsync(RealCluster cluster, string setting)
    {
        var node = cluster.Nodes[0];
        node.Process!.Type("q");
        (await node.Process.ExitAsync()).ShouldBe(0);
        await File.AppendAllTextAsync(Path.Combine(cluster.Folder, "cluster.conf"), setting + "\n");
        await cluster.StartAsync();
    }
}
