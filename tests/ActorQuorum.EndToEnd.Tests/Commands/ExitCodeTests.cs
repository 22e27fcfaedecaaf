using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

public sealed class ExitCodeTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    [Trait("Row", "RN-2")]
    public async Task Put_get_and_del_print_what_etcdctl_prints()
    {
        (await CliAsync("put", "cmd/a", "1")).Output.ShouldBe("OK");
        (await CliAsync("put", "cmd/b", "@two")).Output.ShouldBe("OK");
        (await CliAsync("get", "cmd/a")).Output.ShouldBe("cmd/a\n1");
        (await CliAsync("get", "cmd/", "--prefix")).Output.ShouldBe("cmd/a\n1\ncmd/b\n@two");
        (await CliAsync("get", "cmd/a", "--serializable")).Output.ShouldBe("cmd/a\n1");
        (await CliAsync("del", "cmd/", "--prefix")).Output.ShouldBe("2");
        (await CliAsync("del", "cmd/a")).Output.ShouldBe("0");
        (await CliAsync("get", "cmd/", "--prefix")).Output.ShouldBe("");
    }

    [Fact]
    public async Task A_value_that_begins_with_a_dash_comes_after_two_dashes()
    {
        (await CliProcess.RunAsync("put", "--endpoints", _cluster.Endpoints, "balance", "--", "-5")).Output.ShouldBe("OK");
        (await CliProcess.RunAsync("put", "--endpoints", _cluster.Endpoints, "--", "-dashed", "-5")).Output.ShouldBe("OK");
        (await CliAsync("get", "balance")).Output.ShouldBe("balance\n-5");
        (await CliProcess.RunAsync("get", "--endpoints", _cluster.Endpoints, "--", "-dashed")).Output.ShouldBe("-dashed\n-5");
    }

    [Fact]
    public async Task A_value_may_come_from_standard_input()
    {
        var put = CliProcess.Start("put", "from-input", "--file", "-", "--endpoints", _cluster.Endpoints);
        put.Type("two\nlines");
        put.CloseInput();

        (await CliProcess.RunAsync(put)).Output.ShouldBe("OK");
        (await CliAsync("get", "from-input", "--print-value-only")).Output.ShouldBe("two\nlines\n");
    }

    [Fact]
    public async Task A_missing_key_is_no_failure()
    {
        var get = await CliAsync("get", "nobody-wrote-this");

        get.ExitCode.ShouldBe(0);
        get.Output.ShouldBe("");
    }

    [Fact]
    public async Task Status_names_the_leader_and_why_an_endpoint_does_not_answer()
    {
        var status = await CliProcess.RunAsync("status", "--endpoints", _cluster.Endpoints + ",127.0.0.1:1");

        status.ExitCode.ShouldBe(0);
        status.Output.Split('\n').Count(line => line.Contains(" leader ", StringComparison.Ordinal)).ShouldBe(1);
        status.Output.Split('\n').Count(line => line.Contains(" follower ", StringComparison.Ordinal)).ShouldBe(2);
        status.Output.ShouldContain("refused");
    }

    [Fact]
    public async Task Members_lists_every_member()
    {
        var members = await CliAsync("members");

        members.ExitCode.ShouldBe(0);
        foreach (var node in _cluster.Nodes)
            members.Output.ShouldContain($"http://{node.ClientAddress}");
    }

    [Fact]
    public async Task A_client_passes_over_an_endpoint_that_refuses()
    {
        var put = await CliProcess.RunAsync("put", "passed-over", "1", "--endpoints", "127.0.0.1:1," + _cluster.Endpoints);

        put.Output.ShouldBe("OK", put.Errors);
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("put", "only-a-key")]
    [InlineData("get", "key", "--endpoints", "nowhere")]
    [InlineData("get", "key", "--timeout", "soon")]
    [InlineData("get", "")]
    [InlineData("get", "key", "--prefx")]
    [InlineData("put", "key", "--prev-vk")]
    [InlineData("del", "--prefx", "--prefix")]
    [InlineData("txn", "no-such-file.txt")]
    [InlineData("get", "key", "--namespace", "a/b")]
    [InlineData("debug")]
    [InlineData("completion", "csh")]
    [InlineData("cluster", "--nodes", "10")]
    [InlineData("run")]
    [InlineData("run", "-c", "no-such-file.conf")]
    public async Task A_wrong_command_line_ends_with_2_and_one_line(params string[] arguments)
    {
        var wrong = await CliProcess.RunAsync(arguments);

        wrong.ExitCode.ShouldBe(2, wrong.ToString());
        wrong.Errors.ShouldStartWith("actorquorum: ");
        wrong.Errors.ShouldNotContain("\n");
    }

    [Fact]
    public async Task Help_shows_examples()
    {
        var help = await CliProcess.RunAsync("put", "--help");

        help.ExitCode.ShouldBe(0);
        help.Output.ShouldContain("actorquorum put greeting hello");
    }

    [Fact]
    public async Task A_request_over_the_limit_fails_with_1_and_harms_nobody()
    {
        var leader = await _cluster.LeaderAsync();
        var tooLarge = await Should.ThrowAsync<Cli.Client.CallFailedException>(() => leader.PutAsync("large", new string('x', 2 << 20)));

        tooLarge.Failure.ShouldBe(Cli.Client.CallFailure.Refused);
        (await CliAsync("put", "after-the-large-one", "1")).Output.ShouldBe("OK");
    }

    private Task<CliProcess> CliAsync(params IEnumerable<string> arguments) =>
        CliProcess.RunAsync([.. arguments, "--endpoints", _cluster.Endpoints]);
}
