using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>A leader, and a follower that is far behind it.</summary>
internal static class Laggards
{
    /// <summary>A leader whose log begins behind 6, and a played follower (member 3) that holds nothing: a snapshot is wanted.</summary>
    public static CoreNode LeaderOfLaggard(Func<RaftOptions, RaftOptions>? configure = null)
    {
        var node = CoreCluster.Of(3, o => (configure?.Invoke(o) ?? o) with { TrailingEntries = 0 })[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(1, 2, 3, 4, 5);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 6));
        node.TakeSnapshot();
        node.Sync();
        node.Core.Log.BaseIndex.ShouldBe(6);
        node.Hear(node.Peer(3).Confirms(1, 0));
        node.Hear(node.Peer(3).Refuses(1, 6, 1, 1));
        node.Cluster.Drop();
        node.Cluster.Transfers.ShouldHaveSingleItem().To.ShouldBe(CoreCluster.Id(3));
        node.Cluster.Transfers.Clear();
        return node;
    }

    /// <summary>Time passes, and both followers answer each heartbeat.</summary>
    public static void Beat(CoreNode node, TimeSpan time)
    {
        for (var end = node.Cluster.Now + time; node.Cluster.Now < end;)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            node.Hear(node.Peer(2).Confirms(1, 0), node.Peer(3).Confirms(1, 0));
        }
    }

    /// <summary>The leader commits and applies more, with the other follower (member 2).</summary>
    public static void Write(CoreNode node, params long[] requestIds)
    {
        node.Propose(requestIds);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, node.Core.Log.LastIndex));
    }

    /// <summary>The snapshot that was wanted is sent, and the laggard has installed it.</summary>
    public static void Install(CoreNode node, long index)
    {
        node.Turn(new SnapshotSent(CoreCluster.Id(3), new(index, 1, Membership.Empty, [])));
        node.Hear(node.Peer(3).Acknowledges(1, index));
    }
}
