using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>etcd's own client, where it is installed.</summary>
public sealed class EtcdctlTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private const string Program = "etcdctl";

    private static readonly string? Found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, Program)).FirstOrDefault(File.Exists);

    private readonly RealCluster _cluster = three.Cluster;

    [SkippableFact]
    public async Task Etcdctl_puts_gets_and_deletes()
    {
        (await EtcdctlAsync("put", "ctl/a", "1")).Output.ShouldBe("OK");
        (await EtcdctlAsync("put", "ctl/b", "2")).Output.ShouldBe("OK");
        (await EtcdctlAsync("get", "ctl/a")).Output.ShouldBe("ctl/a\n1");
        (await EtcdctlAsync("get", "--prefix", "ctl/")).Output.ShouldBe("ctl/a\n1\nctl/b\n2");
        (await EtcdctlAsync("del", "--prefix", "ctl/")).Output.ShouldBe("2");
        (await EtcdctlAsync("get", "--prefix", "ctl/")).Output.ShouldBe("");
    }

    [SkippableFact]
    public async Task Etcdctl_shows_status_and_members()
    {
        var status = await EtcdctlAsync("endpoint", "status", "-w", "simple");
        status.Output.Split('\n').Length.ShouldBe(3);
        status.Output.Split('\n').Count(line => line.Split(", ")[4] == "true").ShouldBe(1);

        var members = await EtcdctlAsync("member", "list");
        foreach (var node in _cluster.Nodes)
            members.Output.ShouldContain($"started, {node.Name}, http://{node.PeerAddress}, http://{node.ClientAddress}, false");
    }

    private async Task<CliProcess> EtcdctlAsync(params IEnumerable<string> arguments)
    {
        Skip.If(Found is null, "etcdctl (Debian: etcd-client) is not installed.");
        var ended = await CliProcess.RunAsync(CliProcess.StartProgram(Found!, [$"--endpoints={_cluster.Endpoints}", .. arguments]));
        ended.ExitCode.ShouldBe(0, ended.ToString());
        return ended;
    }
}
