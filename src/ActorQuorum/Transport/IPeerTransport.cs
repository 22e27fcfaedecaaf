using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Transport;

/// <summary>Where a transport delivers what it hears: the NodeActor's side of the wire. Called from any thread.</summary>
internal interface IPeerInbox
{
    /// <summary>A message of a member arrived, already decoded and checked.</summary>
    /// <param name="from">The member, as its connection's hello proved.</param>
    /// <param name="message">The message.</param>
    /// <param name="credit">Released once the message was handled; the connection reads on only while it holds credit.</param>
    void Deliver(MemberId from, PeerMessage message, IInboundCredit credit);

    /// <summary>The connection to a member was lost: what was sent to it and not answered may not have arrived.</summary>
    /// <param name="peer">The member.</param>
    void ConnectionLost(MemberId peer);

    /// <summary>A node presented itself in its hello and was let in. Told before its first message, and only where strangers are let in.</summary>
    /// <param name="contact">The node, with an address to dial.</param>
    void Met(VotingMember contact)
    {
    }

    /// <summary>A node of the cluster that is none of the peers was let in (<see cref="PeerTransportOptions.LetsCallersIn"/>). Told before its first message.</summary>
    /// <param name="caller">The node.</param>
    /// <param name="address">Where it says it listens.</param>
    void Called(MemberId caller, PeerAddress address)
    {
    }
}

/// <summary>Bounds what one connection may have undelivered.</summary>
internal interface IInboundCredit
{
    /// <summary>One message was handled.</summary>
    void Release();
}

/// <summary>Carries messages to the other members. Never blocks and never throws: a message that cannot be sent is dropped.</summary>
internal interface IPeerTransport : IAsyncDisposable
{
    /// <summary>Begins to listen and to connect; what arrives goes to <paramref name="inbox"/>.</summary>
    /// <exception cref="IOException">The port is busy, with the address and what to do.</exception>
    Task StartAsync(IPeerInbox inbox, CancellationToken cancellationToken);

    /// <summary>Queues messages to one member, in order.</summary>
    /// <returns>Whether the message was queued; false means it certainly was not sent.</returns>
    bool Send(MemberId to, PeerMessage message);

    /// <summary>
    /// Keeps a connection to a member from now on: a new one, or a known one at a new address, whose connection is closed first. The same
    /// again changes nothing. Only those connected to are heard, unless the transport's settings let strangers in.
    /// </summary>
    /// <param name="peer">The member.</param>
    /// <param name="address">Where it listens. One that cannot be dialled is as a member that cannot be reached: said in the log.</param>
    void Connect(MemberId peer, PeerAddress address);

    /// <summary>
    /// Closes the connections of a member, both ways, and keeps none any more: what was queued to it is dropped, no send to it succeeds,
    /// its hellos are refused. <see cref="IPeerInbox.ConnectionLost"/> is told of each connection there was, as of any lost one.
    /// </summary>
    /// <param name="peer">The member.</param>
    void Disconnect(MemberId peer);

    /// <summary>
    /// Queues a message to one member on a connection beside its own, so that large things do not stand before heartbeats. The connection is
    /// dialled with the first of them; until it is there nothing is taken. Its loss is not told.
    /// </summary>
    /// <returns>Whether the message was queued.</returns>
    bool SendBulk(MemberId to, PeerMessage message) => Send(to, message);

    /// <summary>There is nothing more to send to a member in bulk: the connection beside its own is closed.</summary>
    /// <param name="to">The member.</param>
    void EndBulk(MemberId to)
    {
    }

    /// <summary>As <see cref="Disconnect"/>, but what was queued is sent first, for as long as the peer takes it.</summary>
    /// <param name="peer">The member.</param>
    void LetGo(MemberId peer) => Disconnect(peer);

    /// <summary>
    /// Sends what is queued and waits until the peers have read it, or for <paramref name="patience"/>; no send succeeds any more. The last thing
    /// before the transport is disposed of, which alone drops what is queued.
    /// </summary>
    /// <param name="patience">How long a peer may take.</param>
    Task DrainAsync(TimeSpan patience) => Task.CompletedTask;

    /// <summary>How the connection to a member is, at about this moment.</summary>
    /// <param name="peer">The member.</param>
    PeerConnection Look(MemberId peer) => new(peer, false, 0, 0);
}
