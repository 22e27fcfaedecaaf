using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.Transport;

namespace ActorQuorum.TestKit.Network;

/// <summary>One node's end of the <see cref="SimulatedNetwork"/>.</summary>
internal sealed class SimulatedTransport(SimulatedNetwork network, MemberId self, SimulatedHost host) : IPeerTransport
{
    /// <inheritdoc/>
    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken)
    {
        network.Connect(self, inbox, host);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public bool Send(MemberId to, PeerMessage message) => network.Send(self, to, message);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        network.Disconnect(self);
        return ValueTask.CompletedTask;
    }
}
