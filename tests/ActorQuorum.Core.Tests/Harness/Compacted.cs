namespace ActorQuorum.Core.Tests.Harness;

/// <summary>Clusters whose logs begin behind a snapshot.</summary>
internal static class Compacted
{
    /// <summary>A settled leader of three with eleven entries applied and a snapshot of them.</summary>
    public static CoreNode Leader(long trailing, int isolated = 0, int behind = 10)
    {
        var cluster = CoreCluster.Of(3, o => o with { TrailingEntries = trailing });
        var leader = cluster.Elect(1);
        leader.Propose([.. Enumerable.Range(1, 10 - behind).Select(n => (long)n)]);
        cluster.Settle();
        if (isolated > 0) cluster.Isolate(cluster[isolated]);
        leader.Propose([.. Enumerable.Range(11 - behind, behind).Select(n => (long)n)]);
        cluster.Settle();
        leader.TakeSnapshot();
        cluster.Settle();
        return leader;
    }
}
