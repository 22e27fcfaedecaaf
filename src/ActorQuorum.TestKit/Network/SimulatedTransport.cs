using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;

namespace ActorQuorum.TestKit.Network;

/// <summary>One node's end of the <see cref="SimulatedNetwork"/>. What leaves is shown first to whoever watches. Members are found by their number, wherever they are.</summary>
/// <param name="network">The network.</param>
/// <param name="self">The node.</param>
/// <param name="peers">The peers it begins with.</param>
/// <param name="connect">Puts the node on the network, once it is started.</param>
/// <param name="watch">Sees the messages of the core that leave.</param>
/// <param name="letsCallersIn">Whether nodes are heard that are none of the peers.</param>
internal sealed class SimulatedTransport(
    SimulatedNetwork network, MemberId self, IEnumerable<MemberId> peers, Action<IPeerInbox, Func<MemberId, bool>> connect, Action<RaftMessage> watch,
    Func<bool> letsCallersIn)
    : IPeerTransport
{
    private readonly SortedSet<MemberId> _peers = [.. peers];

    /// <inheritdoc/>
    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken)
    {
        connect(inbox, Hears);
        return Task.CompletedTask;
    }

    /// <summary>Who is let in is a peer from then on, as if it had said where it listens.</summary>
    private bool Hears(MemberId from)
    {
        if (!_peers.Contains(from) && from != self && letsCallersIn()) _peers.Add(from);
        return _peers.Contains(from);
    }

    /// <inheritdoc/>
    public bool Send(MemberId to, PeerMessage message)
    {
        if (!_peers.Contains(to)) return false;
        if (message is Consensus(var raft)) watch(raft);
        return network.Send(self, to, message);
    }

    /// <inheritdoc/>
    public bool SendBulk(MemberId to, PeerMessage message) => _peers.Contains(to) && network.SendBulk(self, to, message);

    /// <inheritdoc/>
    public void EndBulk(MemberId to) => network.CutBulk(self, to);

    /// <inheritdoc/>
    public void Connect(MemberId peer, PeerAddress address)
    {
        if (peer != self && !peer.IsNone) _peers.Add(peer);
    }

    /// <inheritdoc/>
    public void Disconnect(MemberId peer)
    {
        if (_peers.Remove(peer)) network.Part(self, peer);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        network.Disconnect(self);
        return ValueTask.CompletedTask;
    }
}
