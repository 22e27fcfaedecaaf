namespace ActorQuorum.TestKit.Cluster;

/// <content>What an operator does to a stopped node's data directory.</content>
public sealed partial class SimulatedCluster
{
    /// <summary>
    /// Does what <c>solo</c> does to the disk of a stopped node: a cluster of one, with a new cluster id and a higher term. It is no node of this
    /// cluster any more, which goes on without it, and it has invariants of its own; requests, crashes and restarts are for what this returns.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <returns>The only node of the new cluster, which does not run yet.</returns>
    public SimulatedNode GoAlone(SimulatedNode node)
    {
        DemandStopped(node);
        Note($"solo {node.Name}");
        return node.GoAlone(_invariants.Committed.Entries);
    }

    /// <summary>Does what <c>reset</c> does to the disk of a stopped node: no log, no term, no vote, and a new incarnation.</summary>
    /// <param name="node">The node; one that went on alone comes back.</param>
    /// <returns>The node of this cluster, which does not run yet.</returns>
    public SimulatedNode Reset(SimulatedNode node)
    {
        DemandStopped(node);
        Note($"reset {node.Name}");
        node.ResetDisk();
        Reached.Wipes++;
        return node.Home is null ? node : node.ReturnHome();
    }

    private static void DemandStopped(SimulatedNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        DemandHere(node);
        if (node.HasProcess) throw new InvalidOperationException($"{node.Name} runs; stop or crash it first");
    }

    private static void DemandHere(SimulatedNode node)
    {
        if (node.Alone is not null) throw new InvalidOperationException($"{node.Name} went on alone; reset that node to have it back");
        if (node.Home is { } home && home.Alone != node) throw new InvalidOperationException($"{node.Name} does not go on alone any more");
    }
}
