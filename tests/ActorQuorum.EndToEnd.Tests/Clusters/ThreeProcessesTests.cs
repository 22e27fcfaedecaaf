using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Clusters;

[Trait("Row", "RP-1")]
public sealed class ThreeProcessesTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    public async Task Three_processes_elect_one_leader()
    {
        var leader = await _cluster.LeaderAsync();

        await Eventually.HoldsAsync("all name the same leader in the same term", async () =>
        {
            var views = await Task.WhenAll(_cluster.Nodes.Select(node => node.StatusAsync()));
            return views.All(view => view is not null) && views.Select(view => (view!.Leader, view.RaftTerm)).Distinct().Count() == 1;
        });
        await leader.Process!.PrintsAsync("→ Leader");
    }

    [Fact]
    [Trait("Row", "RN-3")]
    public async Task A_follower_serves_put_and_get()
    {
        var follower = await _cluster.FollowerAsync();

        await follower.PutAsync("through-a-follower", "ä value");

        (await follower.GetAsync("through-a-follower")).ShouldBe("ä value");
        (await (await _cluster.LeaderAsync()).GetAsync("through-a-follower")).ShouldBe("ä value");
    }

    [Fact]
    [Trait("Row", "RP-4")]
    public async Task Role_changes_are_marked_in_the_log_and_the_node_is_named_once()
    {
        var leader = await _cluster.LeaderAsync();

        await leader.Process!.PrintsAsync($" >>> {leader.Name} Candidate → Leader term ");
        leader.Process.Output.ShouldNotContain($"{leader.Name} {leader.Name}");
    }
}
