using System.Net;
using ActorQuorum.Configuration;

namespace ActorQuorum.Server.Tests.Http;

public sealed class JsonGatewayTests
{
    private const string Header = """{"header":{"cluster_id":"18364758544493064720","member_id":"161","revision":"2","raft_term":"7"}""";

    [Fact]
    public async Task A_key_is_put_and_read()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.PostAsync("/v3/kv/put", """{"key":"Zm9v","value":"YmFy"}""")).ShouldBe(Ok(Header + "}"));
        (await client.PostAsync("/v3/kv/range", """{"key":"Zm9v"}""")).ShouldBe(Ok(
            Header + ""","kvs":[{"key":"Zm9v","create_revision":"2","mod_revision":"2","version":"1","value":"YmFy"}],"count":"1"}"""));
    }

    [Theory]
    [InlineData("/v3/kv/put", """{"key":"YQ=="}""")]
    [InlineData("/v3/kv/range", """{"key":"YQ=="}""")]
    [InlineData("/v3/kv/deleterange", """{"key":"YQ=="}""")]
    [InlineData("/v3/kv/txn", "{}")]
    [InlineData("/v3/kv/compaction", """{"revision":1}""")]
    [InlineData("/v3/maintenance/status", "")]
    [InlineData("/v3/cluster/member/list", "{}")]
    [InlineData("/v3beta/kv/range", """{"key":"YQ=="}""")]
    [InlineData("/v3/kv/range?pretty", """{"key":"YQ=="}""")]
    public async Task Each_path_answers_over_either_protocol(string path, string body)
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        foreach (var version in new[] { HttpVersion.Version11, HttpVersion.Version20 })
        {
            // A second compaction is refused.
            if (path == "/v3/kv/compaction" && version == HttpVersion.Version20) continue;
            var reply = await client.SendAsync(HttpMethod.Post, path, new StringContent(body), version);
            (reply.Status, reply.ContentType).ShouldBe((200, "application/json"), reply.Body);
            reply.Body.ShouldStartWith("""{"header":{"cluster_id":"18364758544493064720","member_id":"161",""");
        }
    }

    [Theory]
    [Trait("Row", "RN-8")]
    [InlineData("{", 3, "unexpected EOF")]
    [InlineData("""{"key":"!"}""", 3, "illegal base64 data at input byte 0")]
    [InlineData("{}", 3, "etcdserver: key is not provided")]
    public async Task Bad_input_is_refused_in_etcds_words_and_reaches_no_node(string body, int code, string text)
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.PostAsync("/v3/kv/put", body)).ShouldBe(Failure(400, code, text));
        (door.Node.Requests, door.Server.Budget.TakenBytes).ShouldBe((0, 0));
    }

    [Theory]
    [Trait("Row", "CO-6")]
    [InlineData(QuorumError.NoLeader, 503, 14, "etcdserver: no leader")]
    [InlineData(QuorumError.Overloaded, 429, 8, "etcdserver: too many requests")]
    public async Task A_nodes_refusal_has_its_http_status(QuorumError error, int status, int code, string text)
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        door.Node.Failure = new QuorumException(error, "on purpose");
        (await client.PostAsync("/v3/kv/put", """{"key":"YQ=="}""")).ShouldBe(Failure(status, code, text));
    }

    [Fact]
    [Trait("Row", "RN-8")]
    public async Task A_fault_of_the_server_tells_nothing_of_its_inside()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        door.Node.Failure = new InvalidOperationException("secret");
        var reply = await client.PostAsync("/v3/kv/put", """{"key":"YQ=="}""");
        reply.ShouldBe(Failure(500, 13, "actorquorum: the server failed at this call; its log says how"));
    }

    [Theory]
    [Trait("Row", "RN-8")]
    [InlineData("/v3/kv/nope", "Not Found\n")]
    [InlineData("/v3/kv/put/", "Not Found\n")]
    [InlineData("/v3/", "Not Found\n")]
    [InlineData("/v3", "404 page not found\n")]
    [InlineData("/V3/kv/put", "404 page not found\n")]
    [InlineData("/v3alpha/kv/put", "404 page not found\n")]
    [InlineData("/", "404 page not found\n")]
    [InlineData("/etcdserverpb.KV/Put", "404 page not found\n")]
    public async Task An_unknown_path_is_said_to_be_none(string path, string body)
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.PostAsync(path, "{}")).ShouldBe(new JsonReply(404, "text/plain; charset=utf-8", body));
    }

    [Fact]
    [Trait("Row", "RN-8")]
    public async Task Other_verbs_than_post_are_refused()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.GetAsync("/v3/kv/put")).ShouldBe(new JsonReply(405, "text/plain; charset=utf-8", "Method Not Allowed\n"));
    }

    [Fact]
    [Trait("Row", "RN-8")]
    public async Task A_request_over_the_limit_is_refused_as_over_grpc()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.PostAsync("/v3/kv/put", Put(1_600_000))).ShouldBe(Failure(400, 3, "etcdserver: request is too large"));
        (await client.PostAsync("/v3/kv/put", Put(3_000_000))).ShouldBe(
            Failure(429, 8, "grpc: received message larger than max (3000008 vs. 2097152)"));
        (door.Node.Requests, door.Server.Budget.TakenBytes).ShouldBe((0, 0));
    }

    [Theory]
    [Trait("Row", "RN-8")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_beyond_measure_is_refused_before_it_takes_memory(bool isChunked)
    {
        await using var door = await Door.OpenAsync(new LimitOptions { RequestSizeBytes = 1000 });
        using var client = new JsonClient(door.Server.Address);
        var content = new ByteArrayContent(new byte[3 << 20]);
        var reply = await client.SendAsync(HttpMethod.Post, "/v3/kv/put", isChunked ? new Unmeasured(content) : content);
        reply.ShouldBe(Failure(429, 8, $"actorquorum: the JSON is over {2 * (1000 + (512 << 10))} bytes; send less at once, or use gRPC"));
        (door.Node.Requests, door.Server.Budget.TakenBytes).ShouldBe((0, 0));
    }

    [Fact]
    public async Task The_largest_put_goes_in_and_comes_out_and_the_memory_is_given_back()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.PostAsync("/v3/kv/put", Put(1_500_000))).Status.ShouldBe(200);
        (await client.PostAsync("/v3/kv/range", """{"key":"YQ=="}""")).Body.Length.ShouldBeGreaterThan(2_000_000);
        door.Server.Budget.TakenBytes.ShouldBe(0);
    }

    [Fact]
    public async Task A_clients_deadline_is_kept_and_a_malformed_one_refused()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        door.Node.Holds = true;
        (await client.PostAsync("/v3/kv/put", """{"key":"YQ=="}""", timeout: "20m")).ShouldBe(Failure(504, 4, "context deadline exceeded"));
        (await client.PostAsync("/v3/kv/put", """{"key":"YQ=="}""", timeout: "1x")).ShouldBe(Failure(400, 3, "invalid grpc-timeout: 1x"));
        door.Node.Waiting.ShouldBe(0);
    }

    private static string Put(int valueBytes) => $$"""{"key":"YQ==","value":"{{Convert.ToBase64String(new byte[valueBytes])}}"}""";

    private static JsonReply Ok(string body) => new(200, "application/json", body);

    private static JsonReply Failure(int status, int code, string text) =>
        new(status, "application/json", $$"""{"error":"{{text}}","message":"{{text}}","code":{{code}}}""");

    /// <summary>Content whose length is not known before it is sent.</summary>
    private sealed class Unmeasured(HttpContent inner) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => inner.CopyToAsync(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
