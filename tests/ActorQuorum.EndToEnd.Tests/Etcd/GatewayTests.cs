using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Etcd;

/// <summary>
/// The same JSON to a real etcd's gateway and to a node's, both empty at first: the same status, content type and body, byte for byte.
/// Only who answered, in which term, and how large its files are may differ.
/// </summary>
[Trait("Row", "RN-8")]
public sealed partial class GatewayTests : IAsyncLifetime, IAsyncDisposable
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(30) };
    private readonly RealEtcd _etcd = new();
    private readonly RealCluster _ours = new(1);

    public async Task InitializeAsync()
    {
        // Without etcd the tests are skipped; .ci/run lets none be.
        if (RealEtcd.IsInstalled)
            await Task.WhenAll(_etcd.StartAsync(), _ours.StartAsync());
    }

    Task IAsyncLifetime.DisposeAsync() => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        await _etcd.DisposeAsync();
        await _ours.DisposeAsync();
    }

    [SkippableFact]
    public async Task Keys_are_put_read_deleted_compared_and_compacted()
    {
        await SameAsync("/v3/kv/put", """{"key":"Zm9v","value":"YmFy"}""");
        await SameAsync("/v3/kv/put", """{"key":"Zm9v","value":"YmF6","prev_kv":true}""");
        await SameAsync("/v3/kv/put", """{"key":"Zm9vMg==","value":"++//"}""");
        await SameAsync("/v3/kv/put", """{"key":"Zm9vMw==","value":[1,2,3]}""");
        await SameAsync("/v3/kv/range", """{"key":"Zm9v"}""");
        await SameAsync("/v3/kv/range", """{"key":"Zm9v","range_end":"Zm9w"}""");
        await SameAsync("/v3/kv/range", """{"key":"AA==","range_end":"AA==","limit":"2","sort_order":"DESCEND","sort_target":"MOD"}""");
        await SameAsync("/v3/kv/range", """{"key":"AA==","rangeEnd":"AA==","sortOrder":1,"keysOnly":true}""");
        await SameAsync("/v3/kv/range", """{"key":"AA==","range_end":"AA==","count_only":true,"serializable":true}""");
        await SameAsync("/v3/kv/range", """{"key":"bm90aGluZw=="}""");
        await SameAsync("/v3/kv/range", """{"key":"Zm9v","revision":2}""");
        await SameAsync("/v3/kv/range", """{"key":"Zm9v","revision":"99"}""");
        await SameAsync("/v3/kv/txn", """
            {"compare":[{"result":"EQUAL","target":"VALUE","key":"Zm9v","value":"YmF6"}],
             "success":[{"requestPut":{"key":"Zm9v","value":"eA=="}},{"request_range":{"key":"Zm9v"}},{"request_delete_range":{"key":"Zm9vMg==","prev_kv":true}}],
             "failure":[{"request_range":{"key":"Zm9v"}}]}
            """);
        await SameAsync("/v3/kv/txn", """{"compare":[{"result":"LESS","target":"MOD","key":"Zm9v","mod_revision":"1"}]}""");
        await SameAsync("/v3/kv/txn", "{}");
        await SameAsync("/v3/kv/deleterange", """{"key":"Zm9v","prev_kv":true}""");
        await SameAsync("/v3/kv/deleterange", """{"key":"Zm9v"}""");
        await SameAsync("/v3/kv/compaction", """{"revision":"3"}""");
        await SameAsync("/v3/kv/compaction", """{"revision":3}""");
        await SameAsync("/v3/kv/compaction", """{"revision":1000}""");
        await SameAsync("/v3/kv/range", """{"key":"Zm9v","revision":2}""");
        await SameAsync("/v3beta/kv/range", """{"key":"Zm9vMw=="}""");
        await SameAsync("/v3/kv/range?x=y", """{"key":"Zm9vMw=="} and what follows""");
        await SameAsync("/v3/cluster/member/list", "{}");
        await SameAsync("/v3/cluster/member/list", """{"linearizable":true}""");
        await SameAsync("/v3/maintenance/status", "{}");
    }

    [SkippableFact]
    public async Task Refused_requests_have_the_same_texts()
    {
        await SameAsync("/v3/kv/put", """{"key":"YQ==","value":"Yg==","lease":"77"}""");
        await SameAsync("/v3/kv/put", """{"value":"Yg=="}""");
        await SameAsync("/v3/kv/put", """{"key":"bm8=","ignore_value":true}""");
        await SameAsync("/v3/kv/txn", """{"success":[{"request_put":{"key":"YQ=="}},{"request_put":{"key":"YQ=="}}]}""");
        await SameAsync("/v3/kv/txn", """{"success":[{}]}""");
        await SameAsync("/v3/kv/txn", $$"""{"success":[{{string.Join(',', Enumerable.Repeat("{\"request_range\":{\"key\":\"YQ==\"}}", 129))}}]}""");
        await SameAsync("/v3/kv/put", Put(1_600_000));
        await SameAsync("/v3/kv/put", Put(3_000_000));
        await SameAsync("/v3/kv/range", """{"key":"YQ=="}""", timeout: "1x");
        await SameAsync("/v3/kv/range", """{"key":"YQ=="}""");
    }

    [SkippableFact]
    public async Task Bad_json_and_bad_base64_have_the_same_texts()
    {
        string[] bodies =
        [
            "", " ", "null", "{", "{\"key\"", "{\"key\":", "{\"key\":\"Zm9v\"", "{\"key\":\"Zm9v\",}", "{key:1}", "{'key':1}", "{\"key\" 1}", "{\"key\":tru}",
            "{\"key\":nul", "{\"key\":01}", "{\"key\":-}", "{\"key\":1.}", "{\"key\":1e}", "{\"key\":\"\\x\"}", "{\"key\":\"\\u12\"}", "{\"key\":\"\u0001\"}",
            "[1,]", "[1 2]", "[]", "}", "x", "\u00EF", "\\", "5", "\"x\"", "true", "-", "\"", "{\"a\":1 \"b\"}", new string('[', 20_000),
            "{\"x\":\"\\ud800\",\"KEY\":\"Zm9v\"}", "{\"key\":null}", "{\"key\":\"Zm9v\",\"key\":\"\"}",
        ];
        string[] keys =
        [
            "\"!\"", "\"Y\"", "\"YQ\"", "\"YQ=\"", "\"YQ=x\"", "\"YQ===\"", "\"YQ==YQ==\"", "\"====\"", "\"Y===\"", "\"YR==\"", "\"-_-_\"", "\"Zm9\\nv\"",
            "\"Zm 9v\"", "5", "true", "{}", "[300]", "[\"a\"]", "[1.5]", "\"\\u0059Q==\"",
        ];
        string[] limits =
        [
            "\"5\"", "\" 5\"", "\"\"", "\"5x\"", "5e0", "1.5", "\"1.0\"", "9223372036854775808", "\"-1\"", "true", "{}", "[]", "null", "\"null\"", "\"+5\"",
            "\"05\"", "\"true\"", "\"\\u0035\"",
        ];
        string[] orders = ["\"ASCEND\"", "2", "\"BAD\"", "\"\"", "\"1\"", "1.5", "true", "{}", "null", "\"asc\\\"end\"", "\"\\u0041SCEND\""];
        foreach (var body in bodies) await SameAsync("/v3/kv/range", body);
        foreach (var key in keys) await SameAsync("/v3/kv/range", $$"""{"key":{{key}}}""");
        foreach (var limit in limits) await SameAsync("/v3/kv/range", $$"""{"key":"YQ==","limit":{{limit}}}""");
        foreach (var order in orders) await SameAsync("/v3/kv/range", $$"""{"key":"YQ==","sort_order":{{order}}}""");
        await SameAsync("/v3/kv/put", """{"key":"YQ==","prev_kv":"true"}""");
        await SameAsync("/v3/kv/put", """{"key":"YQ==","prev_kv":1}""");
        await SameAsync("/v3/kv/txn", """{"success":{}}""");
        await SameAsync("/v3/kv/txn", """{"success":[5]}""");
        await SameAsync("/v3/kv/range", """{"key":"YQ=="}""");
    }

    [SkippableFact]
    public async Task Paths_and_verbs_that_are_not_there_are_refused_alike()
    {
        string[] paths = ["/v3/kv/nope", "/v3/kv/put/", "/v3/", "/V3/kv/put", "/v3alpha/kv/put", "/v3x", "/", "/nope"];
        foreach (var path in paths) await SameAsync(path, "{}");
        foreach (var verb in new[] { HttpMethod.Get, HttpMethod.Put, HttpMethod.Delete }) await SameAsync("/v3/kv/range", null, verb);
        foreach (var path in new[] { "/health", "/version" })
            foreach (var verb in new[] { HttpMethod.Post, HttpMethod.Put, HttpMethod.Delete })
                await SameAsync(path, null, verb);
    }

    [SkippableFact]
    public async Task A_healthy_node_says_so()
    {
        Skip.IfNot(RealEtcd.IsInstalled, RealEtcd.Missing);
        var (etcd, ours) = (await AskAsync(_etcd.ClientAddress, "/health", null, HttpMethod.Get), await AskAsync(Ours, "/health", null, HttpMethod.Get));
        (ours.Status, ours.Body).ShouldBe((etcd.Status, etcd.Body));
    }

    private string Ours => _ours.Nodes[0].ClientAddress;

    private static string Put(int valueBytes) => $$"""{"key":"YQ==","value":"{{Convert.ToBase64String(new byte[valueBytes])}}"}""";

    /// <summary>What is the node's own, not the gateway's.</summary>
    [GeneratedRegex("\"(cluster_id|member_id|raft_term|ID|leader|raftIndex|raftTerm|raftAppliedIndex|dbSize|dbSizeInUse|version|name)\":\"[^\"]*\"|http://[^\"]*")]
    private static partial Regex OwnNumbers();

    private async Task SameAsync(string path, string? body, HttpMethod? verb = null, string? timeout = null)
    {
        Skip.IfNot(RealEtcd.IsInstalled, RealEtcd.Missing);
        var etcd = await AskAsync(_etcd.ClientAddress, path, body, verb, timeout);
        var ours = await AskAsync(Ours, path, body, verb, timeout);
        ours.ShouldBe(etcd, $"{verb ?? HttpMethod.Post} {path} {(body?.Length > 300 ? body[..300] : body)}");
    }

    private static async Task<(HttpStatusCode Status, string? ContentType, string Body)> AskAsync(
        string address, string path, string? body, HttpMethod? verb, string? timeout = null)
    {
        using var request = new HttpRequestMessage(verb ?? HttpMethod.Post, $"http://{address}{path}")
        {
            Content = body is null ? null : new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        if (timeout is not null)
            request.Headers.Add("Grpc-Timeout", timeout);
        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        // A compare's or key-value's own "version" is a number that must agree.
        var isStatus = path.EndsWith("/status", StringComparison.Ordinal) || path.EndsWith("/list", StringComparison.Ordinal);
        var shown = OwnNumbers().Replace(text, own => own.Value.StartsWith("\"version", StringComparison.Ordinal) && !isStatus ? own.Value : "own");
        return (response.StatusCode, response.Content.Headers.ContentType?.ToString(), shown);
    }
}
