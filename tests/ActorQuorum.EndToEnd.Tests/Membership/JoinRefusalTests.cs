using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Membership;

/// <summary>A node that cannot join says why in one line, and leaves nothing behind.</summary>
[Trait("Row", "RN-6")]
public sealed class JoinRefusalTests : IAsyncLifetime
{
    private RealCluster Cluster { get; } = new(1);

    private RealNode Founder => Cluster.Nodes[0];

    public Task InitializeAsync() => Cluster.StartAsync();

    public async Task DisposeAsync() => await Cluster.DisposeAsync();

    [Fact]
    public async Task An_endpoint_that_is_not_reached()
    {
        var newcomer = Cluster.Newcomer();
        await RefusedAsync(newcomer, newcomer.ClientAddress, 3, $"n2 cannot join: no quorum: {newcomer.ClientAddress}");
    }

    [Fact]
    public async Task A_node_that_was_not_added_yet()
    {
        var newcomer = Cluster.Newcomer();
        await RefusedAsync(
            newcomer, Founder.ClientAddress, 1,
            $"n2 ({newcomer.PeerAddress}) is not a member of the cluster there yet (members n1). Add it first: "
            + $"actorquorum member add n2={newcomer.PeerAddress},{newcomer.ClientAddress}");
    }

    [Fact]
    public async Task Another_cluster()
    {
        var newcomer = Cluster.Newcomer("another");
        await RefusedAsync(newcomer, Founder.ClientAddress, 1, "is not \"another\"");
    }

    [Fact]
    public async Task A_founder()
    {
        await Founder.KillAsync();
        var stranger = await CliProcess.RunAsync("run", "-c", Founder.ConfigFile, "--join", Founder.ClientAddress);
        stranger.ExitCode.ShouldBe(3, "the only node that could answer is down");

        await using var other = new RealCluster(1);
        await other.StartAsync();
        var refused = await CliProcess.RunAsync("run", "-c", Founder.ConfigFile, "--join", other.Nodes[0].ClientAddress);
        refused.ExitCode.ShouldBe(1);
        refused.Errors.ShouldContain("n1 was added with the peer address");
        File.Exists(Path.Combine(Founder.DataDirectory, "joined")).ShouldBeFalse();

        Founder.Start();
        await Cluster.LeaderAsync();
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("http://127.0.0.1:1/path")]
    public async Task A_word_that_is_no_address(string word)
    {
        var newcomer = Cluster.Newcomer();
        var refused = await CliProcess.RunAsync("run", "-c", newcomer.ConfigFile, "--join", word);
        refused.ExitCode.ShouldBe(2);
        refused.Errors.ShouldContain($"'{word}' is not host:port");
    }

    private static async Task RefusedAsync(RealNode newcomer, string endpoint, int exitCode, string because)
    {
        var refused = await CliProcess.RunAsync("run", "-c", newcomer.ConfigFile, "--join", endpoint);
        refused.ExitCode.ShouldBe(exitCode, refused.ToString());
        refused.Errors.ShouldContain(because);
        refused.Errors.Split('\n').Length.ShouldBe(1, refused.Errors);
        Directory.Exists(newcomer.DataDirectory).ShouldBeFalse();
    }
}
