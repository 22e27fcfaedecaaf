using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Invariants;

namespace ActorQuorum.TestKit.Cluster;

/// <content>What an operator does to a stopped node's data directory.</content>
public sealed partial class SimulatedCluster
{
    private readonly List<Decisions> _decisions;
    private readonly List<SimulatedNode> _departed = [];

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
        ulong[] clusters = [.. _nodes.Concat(_departed).Select(known => known.ClusterId)];
        var kept = node.Witness ?? throw new InvalidOperationException($"{node.Name} never ran on its disk: it has nothing to go on with");
        var snapshot = node.Snapshot?.Head.Mark ?? SnapshotMark.None;
        var alone = node.GoAlone(_invariants.Committed.Entries);
        Reached.Solos++;
        _departed.Add(alone);
        Watch(alone, new(kept, snapshot, clusters, alone.Invariants.Committed));
        return alone;
    }

    /// <summary>Does what <c>reset</c> does to the disk of a stopped node: no log, no term, no vote, and a new incarnation.</summary>
    /// <param name="node">The node; one that went on alone comes back.</param>
    /// <returns>The node of this cluster, which does not run yet.</returns>
    public SimulatedNode Reset(SimulatedNode node)
    {
        DemandStopped(node);
        Note($"reset {node.Name}");
        node.ResetDisk();
        Reached.Resets++;
        return node.Home is null ? node : node.ReturnHome();
    }

    /// <summary>It keeps what it had, and what it decides from now on stays with it.</summary>
    private void Watch(SimulatedNode alone, GoesOnWithAll begins)
    {
        var invariants = alone.Invariants;
        var decisions = new Decisions(invariants.Committed, invariants.Committed.Entries.Count);
        _decisions.Add(decisions);
        invariants.Add(begins);
        invariants.Add(new ClustersStayApart(_decisions, decisions));
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
