using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>What a client does when an endpoint is down, silent, or breaks off.</summary>
public sealed class BrokenEndpointTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private const string PutPath = "/etcdserverpb.KV/Put";
    private const string RangePath = "/etcdserverpb.KV/Range";

    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    public async Task An_endpoint_that_is_down_or_silent_is_passed_over()
    {
        await using var silent = BrokenServer.Silent();
        var endpoints = $"127.0.0.1:1,{silent.Address},{_cluster.Endpoints}";

        (await CliAsync(endpoints, "put", "passed", "1")).ShouldBe((0, "OK", ""));
        (await CliAsync(endpoints, "get", "passed")).ShouldBe((0, "passed\n1", ""));
        (await CliAsync(endpoints, "del", "passed")).ShouldBe((0, "1", ""));
    }

    [Fact]
    public async Task An_endpoint_that_knows_no_leader_is_asked_last()
    {
        // One of three: it answers, and would hold a request for longer than this client waits.
        await using var alone = new RealCluster(3);
        alone.Nodes[0].Start();
        await Eventually.GivesAsync("the lone member answers", alone.Nodes[0].StatusAsync, alone.Describe);
        var endpoints = $"{alone.Nodes[0].ClientAddress},{_cluster.Endpoints}";

        (await CliAsync(endpoints, "put", "leaderless", "1", "--timeout", "5s")).ShouldBe((0, "OK", ""));
        (await CliAsync(endpoints, "get", "leaderless", "--timeout", "5s")).ShouldBe((0, "leaderless\n1", ""));
    }

    [Fact]
    public async Task A_write_to_a_silent_endpoint_alone_has_an_unknown_outcome_and_a_read_has_none()
    {
        await using var silent = BrokenServer.Silent();

        var write = await CliAsync(silent.Address, "put", "k", "v", "--timeout", "500ms");
        write.ExitCode.ShouldBe(4);
        write.Errors.ShouldMatch(
            $@"^actorquorum: outcome unknown: {silent.Address}: no answer in [\d.]+ s\. The write may take effect, now or later: read the key before you repeat it\.$");
        var read = await CliAsync(silent.Address, "get", "k", "--timeout", "500ms");
        read.ExitCode.ShouldBe(3);
        read.Errors.ShouldStartWith($"actorquorum: no quorum: {silent.Address}: no answer in ");
    }

    [Fact]
    public async Task A_write_that_was_sent_and_cut_off_is_not_sent_again()
    {
        await using var cutting = BrokenServer.CuttingAfter(PutPath, _cluster.Nodes[0].ClientAddress);
        await _cluster.Nodes[1].PutAsync("cut", "before");

        var write = await CliAsync($"{cutting.Address},{_cluster.Nodes[1].ClientAddress}", "put", "cut", "after");

        write.ExitCode.ShouldBe(4);
        write.Errors.ShouldStartWith($"actorquorum: outcome unknown: {cutting.Address}: ");
        write.Errors.ShouldEndWith("The write may take effect, now or later: read the key before you repeat it.");
        cutting.Cuts.ShouldBe(1);
    }

    [Fact]
    public async Task A_read_that_was_cut_off_is_asked_of_the_next_endpoint()
    {
        await using var cutting = BrokenServer.CuttingAfter(RangePath, _cluster.Nodes[0].ClientAddress);
        await _cluster.Nodes[1].PutAsync("cut-read", "1");

        (await CliAsync($"{cutting.Address},{_cluster.Nodes[1].ClientAddress}", "get", "cut-read")).ShouldBe((0, "cut-read\n1", ""));
        cutting.Cuts.ShouldBe(1);
    }

    [Fact]
    public async Task A_transaction_that_only_reads_is_asked_again_and_one_that_writes_is_not()
    {
        await using var cutting = BrokenServer.CuttingAfter("/etcdserverpb.KV/Txn", _cluster.Nodes[0].ClientAddress);
        var endpoints = $"{cutting.Address},{_cluster.Nodes[1].ClientAddress}";
        using var folder = new ScratchFolder();

        (await CliAsync(endpoints, "txn", folder.Write("read.txt", "\nget nothing\n"))).ShouldBe((0, "SUCCESS\n", ""));
        (await CliAsync(endpoints, "txn", folder.Write("write.txt", "\nput cut-txn 1\n"))).ExitCode.ShouldBe(4);
    }

    [Fact]
    public async Task Status_says_why_an_endpoint_does_not_answer()
    {
        await using var silent = BrokenServer.Silent();

        var status = await CliAsync($"{_cluster.Nodes[0].ClientAddress},{silent.Address}", "status", "--timeout", "2s", "-o", "simple");
        status.ExitCode.ShouldBe(0);
        status.Output.Split('\n')[1].ShouldMatch($@"^{silent.Address}, , no answer in [\d.]+ s, , , ,$");
    }

    private static async Task<(int ExitCode, string Output, string Errors)> CliAsync(string endpoints, params string[] arguments)
    {
        var ended = await CliProcess.RunAsync([.. arguments, "--endpoints", endpoints]);
        return (ended.ExitCode, ended.Output, ended.Errors);
    }
}
