using ActorQuorum.Server.Tests.Http;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Tests.Metrics;

public sealed class MetricsPageTests
{
    private static readonly PutRequest s_put = new() { Key = ByteString.CopyFromUtf8("k") };

    [Fact]
    public async Task Calls_are_counted_by_api_method_and_outcome()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        for (var i = 0; i < 3; i++) await door.Client.CallAsync(Door.Put, s_put);
        await door.Client.CallAsync(Door.Put, new PutRequest());
        await door.Client.CallAsync("/what.Ever/" + Guid.NewGuid(), s_put);
        await client.PostAsync("/v3/kv/put", """{"key":"YQ=="}""");
        await client.PostAsync("/v3/kv/put", "{");
        var page = await client.GetAsync("/metrics");
        (page.Status, page.ContentType).ShouldBe((200, "text/plain; version=0.0.4; charset=utf-8"));
        var lines = page.Body.Split('\n');
        lines.Where(line => line.StartsWith("actorquorum_server_requests_total", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ShouldBe(
        [
            """actorquorum_server_requests_total{api="grpc",method="/etcdserverpb.KV/Put",code="InvalidArgument"} 1""",
            """actorquorum_server_requests_total{api="grpc",method="/etcdserverpb.KV/Put",code="Ok"} 3""",
            """actorquorum_server_requests_total{api="grpc",method="unknown",code="Unimplemented"} 1""",
            """actorquorum_server_requests_total{api="json",method="/etcdserverpb.KV/Put",code="InvalidArgument"} 1""",
            """actorquorum_server_requests_total{api="json",method="/etcdserverpb.KV/Put",code="Ok"} 1""",
        ]);
        lines.ShouldContain("""actorquorum_server_request_duration_seconds_count{method="/etcdserverpb.KV/Put"} 6""");
        lines.ShouldContain("actorquorum_server_connections 2");
        lines.ShouldContain("actorquorum_server_request_memory_bytes 0");
    }

    [Fact]
    public async Task Each_door_shows_its_own_node()
    {
        await using var first = await Door.OpenAsync();
        await using var second = await Door.OpenAsync();
        await first.Client.CallAsync(Door.Put, s_put);
        using var client = new JsonClient(second.Server.Address);
        (await client.GetAsync("/metrics")).Body.ShouldNotContain("KV/Put");
    }

    /// <summary>What Prometheus' parser asks of a page: each family once and together, HELP and TYPE first, no series twice, buckets rising.</summary>
    [Fact]
    public async Task The_page_is_well_formed()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        await client.PostAsync("/v3/kv/put", """{"key":"YQ=="}""");
        var body = (await client.GetAsync("/metrics")).Body;
        body.ShouldEndWith("\n");
        var (family, families, samples) = ("", new HashSet<string>(), new HashSet<string>());
        foreach (var line in body.TrimEnd('\n').Split('\n'))
        {
            var words = line.Split(' ');
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = words[2];
                families.Add(family).ShouldBeTrue(line);
                family.ShouldMatch("^actorquorum_[a-z_]+$");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                words[2].ShouldBe(family);
                words[3].ShouldBeOneOf("counter", "gauge", "histogram");
            }
            else
            {
                line.ShouldMatch($$"""^{{family}}(_bucket|_sum|_count)?(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.E+-]+$""");
                samples.Add(line[..line.LastIndexOf(' ')]).ShouldBeTrue(line);
            }
        }

        families.Count.ShouldBe(4);
    }
}
