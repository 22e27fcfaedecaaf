using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>Backups of running nodes, and what is done to the data directories of stopped ones.</summary>
[Trait("Row", "RP-8")]
[Trait("Row", "CO-4")]
[Trait("Row", "CO-5")]
public sealed class SnapshotTests
{
    private const string Settings = "actorquorum.snapshot { entries = 50, trailing-entries = 5, size = 64KiB }";

    [Fact]
    public async Task A_backup_is_saved_shown_and_restored()
    {
        await using var cluster = new RealCluster(1, Settings);
        await cluster.StartAsync();
        var node = cluster.Nodes[0];
        for (var i = 0; i < 20; i++)
            (await CliProcess.RunAsync("put", $"key{i}", $"value{i}", "--endpoints", node.ClientAddress)).ExitCode.ShouldBe(0);
        var file = Path.Combine(cluster.Folder, "backup.snap");

        var saved = await CliProcess.RunAsync("snapshot", "save", file, "--endpoints", node.ClientAddress);
        saved.ExitCode.ShouldBe(0, saved.ToString());
        saved.Output.ShouldContain("keys      20");
        (await CliProcess.RunAsync("snapshot", "save", file, "--endpoints", node.ClientAddress)).Errors.ShouldContain("is there already");
        var shown = await CliProcess.RunAsync("snapshot", "status", file, "-o", "json");
        shown.Output.ShouldContain("\"totalKey\":20");

        (await CliProcess.RunAsync("snapshot", "restore", file, "-c", node.ConfigFile)).Errors.ShouldContain("in use by another process");
        await node.DisposeAsync();
        (await CliProcess.RunAsync("snapshot", "restore", file, "-c", node.ConfigFile)).Errors.ShouldContain("is a node's data directory already");
        Directory.Move(node.DataDirectory, node.DataDirectory + ".lost");
        var restored = await CliProcess.RunAsync("snapshot", "restore", file, "-c", node.ConfigFile);
        restored.ExitCode.ShouldBe(0, restored.ToString());
        restored.Output.ShouldContain("a cluster of one");

        node.Start();
        await cluster.LeaderAsync();
        (await CliProcess.RunAsync("get", "key19", "--endpoints", node.ClientAddress)).Output.ShouldContain("value19");
        (await CliProcess.RunAsync("put", "more", "1", "--endpoints", node.ClientAddress)).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_damaged_backup_is_refused_and_nothing_is_made_of_it()
    {
        await using var cluster = new RealCluster(1, Settings);
        await cluster.StartAsync();
        var node = cluster.Nodes[0];
        await CliProcess.RunAsync("put", "k", "v", "--endpoints", node.ClientAddress);
        var file = Path.Combine(cluster.Folder, "backup.snap");
        await CliProcess.RunAsync("snapshot", "save", file, "--endpoints", node.ClientAddress);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 4;
        await File.WriteAllBytesAsync(file, bytes);

        var shown = await CliProcess.RunAsync("snapshot", "status", file);
        (shown.ExitCode, shown.Errors.Contains("is damaged", StringComparison.Ordinal)).ShouldBe((1, true), shown.ToString());
        var target = Path.Combine(cluster.Folder, "new");
        (await CliProcess.RunAsync("snapshot", "restore", file, "-c", node.ConfigFile, "--data-dir", target)).ExitCode.ShouldBe(1);
        Directory.Exists(target).ShouldBeFalse();
    }

    [Fact]
    public async Task Etcdctl_saves_a_snapshot_of_a_running_node()
    {
        const string Etcdctl = "/usr/bin/etcdctl";
        if (!File.Exists(Etcdctl)) return;
        await using var cluster = new RealCluster(1, Settings);
        await cluster.StartAsync();
        var node = cluster.Nodes[0];
        await CliProcess.RunAsync("put", "k", "v", "--endpoints", node.ClientAddress);
        var file = Path.Combine(cluster.Folder, "etcdctl.snap");

        var saved = await CliProcess.RunAsync(CliProcess.StartProgram(Etcdctl, "--endpoints", node.ClientAddress, "snapshot", "save", file));
        saved.ExitCode.ShouldBe(0, saved.ToString());
        (await CliProcess.RunAsync("snapshot", "status", file)).Output.ShouldContain("keys      1");
    }

    [Fact]
    public async Task A_node_that_was_away_gets_a_snapshot_and_a_restart_begins_with_it()
    {
        await using var cluster = new RealCluster(3, Settings);
        await cluster.StartAsync();
        var away = await cluster.FollowerAsync();
        await away.DisposeAsync();
        await PutManyAsync(cluster, 400);
        away.Start();
        await Eventually.HoldsAsync(
            "it has installed a snapshot", () => away.Process!.Output.Contains("installs a snapshot", StringComparison.Ordinal), cluster.Describe);
        await Eventually.HoldsAsync(
            "it has all keys", async () => (await CliProcess.RunAsync("get", "key399", "--endpoints", away.ClientAddress)).Output.Contains("value399", StringComparison.Ordinal), cluster.Describe);

        await away.DisposeAsync();
        away.Start();
        await Eventually.HoldsAsync(
            "it has them again", async () => (await CliProcess.RunAsync("get", "key0", "--endpoints", away.ClientAddress)).Output.Contains("value0", StringComparison.Ordinal), cluster.Describe);
        Directory.GetFiles(Path.Combine(away.DataDirectory, "snapshots")).Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_stopped_node_is_reset_and_comes_back_as_a_new_one()
    {
        await using var cluster = new RealCluster(3, Settings);
        await cluster.StartAsync();
        await PutManyAsync(cluster, 30);
        var node = await cluster.FollowerAsync();
        (await CliProcess.RunAsync("reset", "-c", node.ConfigFile, "--yes")).Errors.ShouldContain("Stop it first");
        await node.DisposeAsync();
        var unasked = CliProcess.Start("reset", "-c", node.ConfigFile);
        unasked.CloseInput();
        (await CliProcess.RunAsync(unasked)).Errors.ShouldContain("--yes");

        (await CliProcess.RunAsync("reset", "-c", node.ConfigFile, "--yes")).ExitCode.ShouldBe(0);
        node.Start();
        await Eventually.HoldsAsync(
            "it follows again", async () => (await CliProcess.RunAsync("get", "key29", "--endpoints", node.ClientAddress)).Output.Contains("value29", StringComparison.Ordinal), cluster.Describe);
    }

    [Theory]
    [InlineData("solo")]
    [InlineData("recover")]
    public async Task The_node_that_is_left_goes_on_alone_with_its_data(string verb)
    {
        await using var cluster = new RealCluster(3, Settings);
        await cluster.StartAsync();
        await PutManyAsync(cluster, 120);
        var left = await cluster.LeaderAsync();
        foreach (var node in cluster.Nodes) await node.DisposeAsync();

        var alone = await CliProcess.RunAsync(verb, "-c", left.ConfigFile, "--yes");
        alone.ExitCode.ShouldBe(0, alone.ToString());
        alone.Output.ShouldContain("uncertain");
        alone.Output.ShouldContain("is a cluster of one now");
        left.Start();
        await Eventually.HoldsAsync(
            "it leads alone", async () => (await CliProcess.RunAsync("put", "after", "1", "--endpoints", left.ClientAddress)).ExitCode == 0, cluster.Describe);
        (await CliProcess.RunAsync("get", "key119", "--endpoints", left.ClientAddress)).Output.ShouldContain("value119");
    }

    private static async Task PutManyAsync(RealCluster cluster, int puts)
    {
        using var client = new Cli.Client.EtcdClient([.. cluster.Running.Select(node => node.ClientAddress)], TimeSpan.FromSeconds(60));
        for (var i = 0; i < puts; i++)
        {
            await client.PutAsync(new()
            {
                Key = Google.Protobuf.ByteString.CopyFromUtf8($"key{i}"), Value = Google.Protobuf.ByteString.CopyFromUtf8($"value{i}"),
            });
        }
    }
}
