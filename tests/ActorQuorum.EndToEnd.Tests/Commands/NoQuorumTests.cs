using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>One of three nodes is left.</summary>
[Trait("Row", "RN-3")]
public sealed class NoQuorumTests : IAsyncLifetime
{
    private RealCluster Cluster { get; } = new(3, "actorquorum.limits.request-timeout = 1s");

    public async Task InitializeAsync()
    {
        await Cluster.StartAsync();
        await Cluster.Nodes[0].PutAsync("k", "v");
        await Eventually.HoldsAsync("n1 holds it", async () => await Cluster.Nodes[0].GetAsync("k", serializable: true) == "v", Cluster.Describe);
        await Cluster.Nodes[1].KillAsync();
        await Cluster.Nodes[2].KillAsync();
        await Eventually.HoldsAsync(
            "n1 knows that nobody leads", async () => await Cluster.Nodes[0].StatusAsync() is { Leader: 0 }, Cluster.Describe);
    }

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task Without_a_quorum_commands_end_with_3_except_those_that_need_none()
    {
        (await CliAsync("put", "k", "v")).ShouldBe((3, true));
        (await CliAsync("get", "k")).ShouldBe((3, true));
        (await CliAsync("status")).ShouldBe((3, false));
        (await CliAsync("get", "k", "--serializable")).ShouldBe((0, false));
        (await CliAsync("members")).ShouldBe((0, false));
    }

    [Fact]
    public async Task Without_any_node_commands_end_with_3()
    {
        await Cluster.Nodes[0].KillAsync();

        (await CliAsync("put", "k", "v")).ShouldBe((3, true));
        (await CliAsync("members")).ShouldBe((3, true));
        (await CliAsync("status")).ShouldBe((3, false));
    }

    private async Task<(int ExitCode, bool SaysNoQuorum)> CliAsync(params IEnumerable<string> arguments)
    {
        var ended = await CliProcess.RunAsync([.. arguments, "--endpoints", Cluster.Endpoints, "--timeout", "5s"]);
        return (ended.ExitCode, ended.Errors.StartsWith("actorquorum: no quorum: ", StringComparison.Ordinal));
    }
}
