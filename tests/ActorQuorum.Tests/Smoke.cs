using ActorQuorum.TestKit.Cluster;
namespace ActorQuorum.Tests;
public sealed class Smoke
{
    [Fact]
    public void A_cluster_elects_and_replicates()
    {
        var cluster = new SimulatedCluster(3, 1);
        var leader = cluster.RunUntilLeader();
        var put = leader.Put("a", "1");
        cluster.RunUntil(() => put.IsEnded, "put");
        put.Error.ShouldBeNull(put.Message);
        cluster.RunUntilConverged();
        foreach (var n in cluster.Nodes) n.Map!.Content["a"].ShouldBe("1");
    }
}
