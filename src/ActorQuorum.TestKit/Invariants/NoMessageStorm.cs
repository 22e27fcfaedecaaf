using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Hosting;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Nodes that answer each other without end are no live cluster, though something always happens: what they send in a second is bounded.</summary>
internal sealed class NoMessageStorm(Simulation simulation) : ClusterInvariant
{
    private const int MostMessagesASecond = 50_000;
    private long _second;
    private int _messages;

    /// <inheritdoc/>
    public override void Sent(SimulatedNode node, RaftMessage message)
    {
        var second = simulation.Now.Ticks / TimeSpan.TicksPerSecond;
        if (second != _second) (_second, _messages) = (second, 0);
        _messages++;
        Demand(_messages <= MostMessagesASecond, $"more than {MostMessagesASecond} messages in one virtual second, the last a {message.GetType().Name} of {node.Name}");
    }
}
