using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Something that must hold at every step of a simulated cluster. One a file.</summary>
internal abstract class ClusterInvariant
{
    /// <summary>A running node has changed; <paramref name="before"/> is what it was, all zero after a start.</summary>
    public virtual void Changed(SimulatedNode node, CoreView before)
    {
    }

    /// <summary>A node sends a message.</summary>
    public virtual void Sent(SimulatedNode node, RaftMessage message)
    {
    }

    /// <summary>A node starts from what its disk held; <paramref name="before"/> tells what it was told to keep.</summary>
    public virtual void Recovered(SimulatedNode node, WitnessedLog before, DurableState found)
    {
    }

    /// <summary>A node starts, whatever was there before; <paramref name="found"/> is what its disk holds.</summary>
    public virtual void Started(SimulatedNode node, DurableState found)
    {
    }

    /// <summary>A node's process is gone.</summary>
    public virtual void Crashed(SimulatedNode node)
    {
    }

    /// <summary>A node's disk is gone.</summary>
    public virtual void Wiped(SimulatedNode node)
    {
    }

    /// <summary>Ends the run unless <paramref name="holds"/>.</summary>
    protected void Demand(bool holds, FormattableString otherwise)
    {
        if (!holds) throw new BrokenPromiseException(GetType().Name, FormattableString.Invariant(otherwise));
    }
}
