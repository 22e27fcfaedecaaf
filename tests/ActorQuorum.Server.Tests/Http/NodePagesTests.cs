using ActorQuorum.Core.Raft;

namespace ActorQuorum.Server.Tests.Http;

public sealed class NodePagesTests
{
    private static readonly JsonReply s_healthy = new(200, "application/json", """{"health":"true"}""");
    private static readonly JsonReply s_ill = new(503, "application/json", """{"health":"false"}""");

    [Fact]
    public async Task A_node_with_a_quorum_behind_it_is_healthy()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.GetAsync("/health")).ShouldBe(s_healthy);
        door.Node.LastConsistency.ShouldBe(Consistency.Linearizable);
    }

    [Fact]
    [Trait("Row", "RN-3")]
    public async Task A_node_without_a_leader_or_without_a_quorum_is_not()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        door.Node.Leader = MemberId.None;
        (await client.GetAsync("/health")).ShouldBe(s_ill);
        door.Node.Requests.ShouldBe(0);

        door.Node.Leader = new MemberId(0xA1);
        door.Node.Failure = new QuorumException(QuorumError.TimedOut, "no majority answers");
        (await client.GetAsync("/health")).ShouldBe(s_ill);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_in_a_second_is_not_healthy()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        door.Node.Holds = true;
        (await client.GetAsync("/health")).ShouldBe(s_ill);
    }

    [Fact]
    public async Task The_version_is_that_of_etcds_api()
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        (await client.GetAsync("/version")).ShouldBe(new JsonReply(200, "application/json", """{"etcdserver":"3.5.0","etcdcluster":"3.5.0"}"""));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public async Task Pages_are_only_there_to_get(string verb)
    {
        await using var door = await Door.OpenAsync();
        using var client = new JsonClient(door.Server.Address);
        foreach (var path in new[] { "/health", "/version" })
        {
            (await client.SendAsync(new HttpMethod(verb), path, null)).ShouldBe(
                new JsonReply(405, "text/plain; charset=utf-8", "Method Not Allowed\n", "GET"));
        }
    }
}
