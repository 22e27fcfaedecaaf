using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.TestKit.Network;

/// <summary>One node's end of the <see cref="SimulatedNetwork"/>. What leaves is shown first to whoever watches.</summary>
internal sealed class SimulatedTransport(SimulatedNetwork network, MemberId self, Action<IPeerInbox> connect, Action<RaftMessage> watch) : IPeerTransport
{
    /// <inheritdoc/>
    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken)
    {
        connect(inbox);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Send(MemberId to, PeerMessage message)
    {
        if (message is Consensus(var raft)) watch(raft);
        return network.Send(self, to, message);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        network.Disconnect(self);
        return ValueTask.CompletedTask;
    }
}
