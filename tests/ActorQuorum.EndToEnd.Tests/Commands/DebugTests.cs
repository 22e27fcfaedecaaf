using System.Text.Json;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

[Trait("Row", "RP-5")]
public sealed class DebugTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    public async Task All_members_show_term_role_vote_log_and_queues_and_the_leader_its_followers()
    {
        var leader = await _cluster.LeaderAsync();
        await leader.PutAsync("debug", "1");
        using var json = JsonDocument.Parse((await CliAsync("debug", "--all", "-o", "json")).Output);
        var nodes = json.RootElement.EnumerateArray().ToDictionary(node => node.GetProperty("name").GetString()!);

        nodes.Keys.Order().ShouldBe(["n1", "n2", "n3"]);
        foreach (var (name, node) in nodes)
        {
            node.GetProperty("role").GetString().ShouldBe(name == leader.Name ? "leader" : "follower");
            node.GetProperty("leader").GetString().ShouldBe(leader.Name);
            node.GetProperty("term").GetInt64().ShouldBePositive();
            node.GetProperty("may_vote").GetBoolean().ShouldBeTrue();
            var log = node.GetProperty("log");
            log.GetProperty("first").GetInt64().ShouldBe(1);
            log.GetProperty("durable").GetInt64().ShouldBeLessThanOrEqualTo(log.GetProperty("last").GetInt64());
            log.GetProperty("applied").GetInt64().ShouldBeLessThanOrEqualTo(log.GetProperty("commit").GetInt64());
            node.GetProperty("peers").GetArrayLength().ShouldBe(2);
            node.GetProperty("queues").EnumerateArray().Select(queue => queue.GetProperty("name").GetString()).ShouldBe(
            [
                "mailbox node", "mailbox clock", "mailbox election", "mailbox storage", "requests pending", "requests without a leader",
                "disk gathering", "disk writing", "reads behind apply",
            ]);
        }

        nodes[leader.Name].GetProperty("vote").GetString().ShouldBe(leader.Name);
        var followers = nodes[leader.Name].GetProperty("followers").EnumerateArray().ToArray();
        followers.Select(follower => follower.GetProperty("name").GetString()).Order()
            .ShouldBe(_cluster.Nodes.Where(node => node != leader).Select(node => node.Name));
        foreach (var follower in followers) follower.GetProperty("next").GetInt64().ShouldBe(follower.GetProperty("match").GetInt64() + 1);
    }

    [Fact]
    public async Task A_node_is_found_by_name_by_id_and_by_address()
    {
        var node = _cluster.Nodes[1];
        var byName = await CliAsync("debug", node.Name, "-o", "simple");
        byName.Output.ShouldStartWith($"n2.endpoint: {node.ClientAddress}\nn2.id: ");
        var id = byName.Output.Split('\n')[1].Split(": ")[1];

        (await CliAsync("debug", id, "-o", "simple")).Output.ShouldContain($"n2.id: {id}");
        (await CliProcess.RunAsync("debug", node.ClientAddress, "-o", "simple")).Output.ShouldContain($"n2.id: {id}");
    }

    [Fact]
    public async Task The_table_has_a_column_a_node()
    {
        var table = (await CliAsync("debug", "--all")).Output.Split('\n');

        table[1].ShouldMatch(@"^│ +│ n1 +│ n2 +│ n3 +│$");
        foreach (var field in (string[])["role", "term", "vote", "log first", "log last", "log durable", "log commit", "log applied", "mailbox election"])
            table.ShouldContain(line => line.StartsWith($"│ {field} ", StringComparison.Ordinal), field);
        table.ShouldContain($"{(await _cluster.LeaderAsync()).Name} knows of its followers:");
    }

    [Fact]
    public async Task A_node_that_is_none_or_not_there_is_an_error()
    {
        (await FailAsync(1, "debug", "n9")).Errors.ShouldBe("actorquorum: 'n9' is no member: there are n1, n2, n3.");
        (await FailAsync(1, "debug", "127.0.0.1:1")).Errors.ShouldStartWith("actorquorum: 127.0.0.1:1: Connection refused.");
        (await FailAsync(2, "debug")).Errors.ShouldContain("give a NODE");
        (await FailAsync(2, "debug", "n1", "--all")).Errors.ShouldContain("not both");
    }

    private Task<CliProcess> CliAsync(params string[] arguments) => FailAsync(0, arguments);

    private async Task<CliProcess> FailAsync(int exitCode, params string[] arguments)
    {
        var ended = await CliProcess.RunAsync([.. arguments, "--endpoints", _cluster.Endpoints]);
        ended.ExitCode.ShouldBe(exitCode, ended.ToString());
        return ended;
    }
}
