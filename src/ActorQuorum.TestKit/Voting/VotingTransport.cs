using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;

namespace ActorQuorum.TestKit.Voting;

/// <summary>One node's end of the <see cref="VotingNetwork"/>: its connections and its datagrams.</summary>
internal sealed class VotingTransport(VotingNetwork network) : IPeerTransport, IBroadcast
{
    private readonly SortedSet<MemberId> _peers = [];

    /// <summary>Where it is; set once its actors run.</summary>
    public VotingNetwork.Station? Station { get; set; }

    /// <inheritdoc/>
    public Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public bool Send(MemberId to, PeerMessage message) => Station is { } station && _peers.Contains(to) && network.Send(station, to, message);

    /// <inheritdoc/>
    public void Connect(MemberId peer, PeerAddress address)
    {
        if (!_peers.Add(peer) || Station is not { } station) return;
        station.Host.After(network.LeastLatency, () => network.Dial(station, peer));
    }

    /// <inheritdoc/>
    public void Disconnect(MemberId peer) => _peers.Remove(peer);

    /// <inheritdoc/>
    public void Start(IBroadcastInbox inbox) => Station!.Datagrams = inbox;

    /// <inheritdoc/>
    public void Send(ReadOnlyMemory<byte> datagram)
    {
        if (Station is { } station) network.Broadcast(station, datagram.ToArray());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
