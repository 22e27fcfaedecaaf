using ActorQuorum.StateMachines.Processors;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>A node stops itself only for its disk's sake, or as its build lacks a processor: anything else is a broken invariant or a defect.</summary>
internal sealed class NoUnexpectedStop : ClusterInvariant
{
    /// <summary>Looks at a node that may have stopped itself.</summary>
    public void Look(SimulatedNode node)
    {
        if (node.Failure is { } failure and not (IOException or MissingProcessorException))
            Demand(false, $"{node.Name} stopped itself: {failure}");
    }
}
