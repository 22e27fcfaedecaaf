using System.Text.Json;
using System.Text.RegularExpressions;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

/// <summary>Every output format, letter by letter. One fresh cluster and one order of requests, so that revisions are known.</summary>
[Trait("Row", "RN-2")]
public sealed partial class OutputTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    public async Task Keys_are_printed_as_documented_in_every_format()
    {
        (await CliAsync("put", "greeting", "hello")).ShouldBe("OK");
        (await CliAsync("put", "greeting", "hallo", "--prev-kv")).ShouldBe("OK\ngreeting\nhello");
        (await CliAsync("put", "greeting", "salut", "--prev-kv", "-o", "table")).ShouldBe("""
            ╭──────────┬───────┬─────────┬─────────┬──────────╮
            │ key      │ value │ version │ created │ modified │
            ├──────────┼───────┼─────────┼─────────┼──────────┤
            │ greeting │ hallo │ 2       │ 2       │ 3        │
            ╰──────────┴───────┴─────────┴─────────┴──────────╯
            written at revision 4
            """);
        (await CliAsync("put", "greeting", "ciao", "--prev-kv", "-o", "json")).ShouldBe(
            """{"header":{ID,"revision":5,"raft_term":T},"prev_kv":{"key":"Z3JlZXRpbmc=","create_revision":2,"mod_revision":4,"version":3,"value":"c2FsdXQ="}}""");
        (await CliAsync("get", "greeting")).ShouldBe("greeting\nciao");
        (await CliAsync("get", "greeting", "--print-value-only")).ShouldBe("ciao");
        (await CliAsync("get", "greeting", "--rev", "2")).ShouldBe("greeting\nhello");
        (await CliAsync("get", "greeting", "--keys-only")).ShouldBe("greeting\n");
        (await CliAsync("get", "", "--prefix", "--count-only")).ShouldBe("1");
        (await CliAsync("get", "greeting", "-o", "json")).ShouldBe(
            """{"header":{ID,"revision":5,"raft_term":T},"kvs":[{"key":"Z3JlZXRpbmc=","create_revision":2,"mod_revision":5,"version":4,"value":"Y2lhbw=="}],"count":1}""");
        (await CliAsync("get", "nothing", "-o", "json")).ShouldBe("""{"header":{ID,"revision":5,"raft_term":T}}""");
        (await CliAsync("put", "odd", "a\tb[red]" + new string('x', 80))).ShouldBe("OK");
        (await CliAsync("get", "", "--prefix", "-o", "table")).ShouldBe($"""
            ╭──────────┬───────────────────────────────────────────────────────────────────────────┬─────────┬─────────┬──────────╮
            │ key      │ value                                                                     │ version │ created │ modified │
            ├──────────┼───────────────────────────────────────────────────────────────────────────┼─────────┼─────────┼──────────┤
            │ greeting │ ciao                                                                      │ 4       │ 2       │ 5        │
            │ odd      │ a\x09b[red]{new string('x', 49)}… (88 bytes) │ 1       │ 6       │ 6        │
            ╰──────────┴───────────────────────────────────────────────────────────────────────────┴─────────┴─────────┴──────────╯
            2 of 2 keys at revision 6
            """);
        (await CliAsync("del", "odd", "--prev-kv", "-o", "table")).ShouldEndWith("1 deleted at revision 7");
        (await CliAsync("del", "odd", "-o", "json")).ShouldBe("""{"header":{ID,"revision":7,"raft_term":T}}""");
        (await CliAsync("del", "greeting", "--prev-kv", "-o", "json")).ShouldBe(
            """{"header":{ID,"revision":8,"raft_term":T},"deleted":1,"prev_kvs":[{"key":"Z3JlZXRpbmc=","create_revision":2,"mod_revision":5,"version":4,"value":"Y2lhbw=="}]}""");
        (await CliAsync("compact", "5")).ShouldBe("compacted revision 5");
        (await CliAsync("compact", "6", "-o", "json")).ShouldBe("""{"header":{ID,"revision":8,"raft_term":T}}""");
        (await CliAsync("compact", "7", "-o", "table")).ShouldBe("compacted revision 7");
    }

    [Fact]
    public async Task Nodes_are_printed_as_documented_in_every_format()
    {
        var leader = await _cluster.LeaderAsync();
        var status = (await CliAsync("status", "-o", "simple")).Split('\n');
        status.Length.ShouldBe(3);
        foreach (var (node, line) in _cluster.Nodes.Zip(status))
            line.ShouldMatch($@"^{Regex.Escape(node.ClientAddress)}, {node.Name}, {(node == leader ? "leader" : "follower")}, \d+, \d+, \d+, \d+$");

        using var json = JsonDocument.Parse(await CliAsync("status", "-o", "json"));
        foreach (var (node, item) in _cluster.Nodes.Zip(json.RootElement.EnumerateArray()))
        {
            item.GetProperty("endpoint").GetString().ShouldBe(node.ClientAddress);
            item.GetProperty("role").GetString().ShouldBe(node == leader ? "leader" : "follower");
            item.GetProperty("id").GetString()!.ShouldMatch("^[0-9a-f]{1,16}$");
        }

        using var members = JsonDocument.Parse(await CliAsync("members", "-o", "json"));
        members.RootElement.EnumerateArray().Select(member => member.GetProperty("clients")[0].GetString())
            .ShouldBe(_cluster.Nodes.Select(node => "http://" + node.ClientAddress));
        (await CliAsync("members", "-o", "simple")).Split('\n')[0].ShouldEndWith($", started, n1, http://{_cluster.Nodes[0].PeerAddress}, http://{_cluster.Nodes[0].ClientAddress}, false");
    }

    [Fact]
    public async Task A_format_that_is_none_is_refused_in_one_line()
    {
        var refused = await CliProcess.RunAsync("get", "a", "-o", "xml");

        refused.ExitCode.ShouldBe(2);
        refused.Errors.ShouldBe("actorquorum: Argument 'xml' not recognized. Must be one of: 'simple' 'table' 'json' Try: actorquorum get --help");
    }

    /// <summary>Ids hang on the ports, the term on luck.</summary>
    private async Task<string> CliAsync(params IEnumerable<string> arguments)
    {
        var ended = await CliProcess.RunAsync([.. arguments, "--endpoints", _cluster.Endpoints]);
        ended.ExitCode.ShouldBe(0, ended.ToString());
        return Term().Replace(Ids().Replace(ended.Output, "ID"), "\"raft_term\":T");
    }

    [GeneratedRegex("\"cluster_id\":\\d+,\"member_id\":\\d+")]
    private static partial Regex Ids();

    [GeneratedRegex("\"raft_term\":\\d+")]
    private static partial Regex Term();
}
