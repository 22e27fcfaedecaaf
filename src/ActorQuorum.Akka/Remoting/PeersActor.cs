using System.Buffers.Binary;
using System.Security.Cryptography;
using ActorQuorum.Akka.Hosting;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using Akka.Actor;
using Akka.Remote;

namespace ActorQuorum.Akka.Remoting;

/// <summary>Something waits to be sent to a peer.</summary>
internal sealed record FlushPeer(RemotePeer Peer);

/// <summary>A session's sender is to be told what was handled.</summary>
internal sealed record SettleSession(InboundSession Session);

/// <summary>A peer is none any more, or moved: its sessions end.</summary>
internal sealed record PartFromPeer(RemotePeer Peer, string Reason);

/// <summary>Time has passed.</summary>
internal sealed record PeersTick
{
    /// <summary>The one there need be.</summary>
    public static PeersTick Instance { get; } = new();
}

/// <summary>Says farewell and stops.</summary>
internal sealed record StopPeers(TaskCompletionSource Stopped);

/// <summary>
/// The transport's actor, at the one path that other systems may reach: greets the peers, judges who greets, and carries frames between
/// the sessions and Akka.Remote. A session is lost as a TCP connection is: with all that was under way in it.
/// </summary>
internal sealed partial class PeersActor(
    AkkaHost host, PeerTransportOptions options, IReadOnlyDictionary<MemberId, RemotePeer> peers, IPeerInbox inbox, PeerLog log) : UntypedActor
{
    private static readonly TimeSpan TickPeriod = TimeSpan.FromMilliseconds(50);

    // Below an election timeout: a hello may be lost at a closed gate, and the next one finds it open.
    private static readonly TimeSpan HelloPatience = TimeSpan.FromMilliseconds(250);

    // Twice the time that a gate stays closed: a hello so old that was not answered by a peer that can be heard is lost.
    private static readonly TimeSpan LostHelloAge = TimeSpan.FromMilliseconds(100);

    private readonly InboundSessions _sessions = InboundSessions.Of(host.System);
    private readonly long _started = host.Time.GetTimestamp();
    private IDisposable? _timer;

    private TimeSpan Now => host.Time.GetElapsedTime(_started);

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(AssociationEvent));
        var self = Self;
        _timer = host.Every(TickPeriod, () => self.Tell(PeersTick.Instance, ActorRefs.NoSender));
    }

    protected override void PreRestart(Exception reason, object message)
    {
        host.Fail(reason);
        base.PreRestart(reason, message);
    }

    protected override void PostStop()
    {
        _timer?.Dispose();
        Context.System.EventStream.Unsubscribe(Self);
        foreach (var peer in peers.Values)
        {
            peer.Outbound?.Close();
            if (peer.Inbound is { } inbound) _sessions.Remove(inbound);
        }
    }

    protected override void OnReceive(object message) => host.Guard(() => Handle(message));

    private void Handle(object message)
    {
        switch (message)
        {
            case IncomingFrames frames: OnFrames(frames); break;
            case HandledParcel handled: OnHandled(handled); break;
            case FlushPeer(var peer): Flush(peer); break;
            case PartFromPeer(var peer, var reason): Part(peer, reason); break;
            case SettleSession(var session): Settle(session); break;
            case PeersTick: OnTick(); break;
            case HelloParcel hello: OnHello(hello); break;
            case HelloReplyParcel reply: OnHelloReply(reply); break;
            case EndedParcel(var session): OnEnded(session); break;
            case StrayFrames(var session): OnStray(session); break;
            case BrokenFrames(var session, var reason): Break(session, reason); break;
            case AssociationEvent association: OnAssociation(association); break;
            case StopPeers(var stopped): Stop(stopped); break;
            default: log.Stray(Sender.Path.ToString(), message); break;
        }
    }

    private void OnFrames(IncomingFrames frames)
    {
        var session = frames.Session;
        if (Hearing(session) is not { } peer) return;
        if (frames.First != session.Arrived)
        {
            LoseInbound(peer, $"{frames.First - session.Arrived} messages before this one were lost on the way");
            peer.Actor.Tell(new EndedParcel(session.Number), Self);
            return;
        }

        foreach (var (message, sizeBytes) in frames.Frames)
        {
            if (session.Take(sizeBytes) is not { } credit)
            {
                Break(session, "it sends more than its credit allows");
                return;
            }

            inbox.Deliver(session.Route.From, message, credit);
        }
    }

    private void OnHandled(HandledParcel handled)
    {
        if (Speaking(handled.Session) is not { Outbound: { } session } peer) return;
        session.LastProgress = host.Time.GetTimestamp();
        if (!session.Handled(handled.Handled)) LoseOutbound(peer, "it says that it handled what it was not sent");
    }

    private void Flush(RemotePeer peer)
    {
        if (peer.Outbound is not { } session) return;
        if (!session.IsOwed) session.LastProgress = host.Time.GetTimestamp();
        foreach (var parcel in session.Drain()) peer.Actor.Tell(parcel, Self);
    }

    private void Settle(InboundSession session)
    {
        if (Hearing(session) is { } peer) peer.Actor.Tell(new HandledParcel(session.Number, session.Tell()), Self);
    }

    private void OnTick()
    {
        foreach (var peer in peers.Values)
        {
            if (peer.Inbound is { HasNews: true } inbound) Settle(inbound);
            if (peer.Outbound is not { } outbound) GreetInTime(peer);
            else if (outbound.IsOwed && host.Time.GetElapsedTime(outbound.LastProgress) > options.StallTimeout)
                LoseOutbound(peer, $"it handled nothing for {options.StallTimeout.TotalSeconds} s");
        }
    }

    private void Stop(TaskCompletionSource stopped)
    {
        foreach (var peer in peers.Values)
        {
            peer.Outbound?.Close();
            peer.Outbound = null;
            if (peer.Inbound is not { } inbound) continue;
            _sessions.Remove(inbound);
            peer.Inbound = null;
            peer.Actor.Tell(new EndedParcel(inbound.Number), Self);
        }

        _timer?.Dispose();
        stopped.TrySetResult();
    }

    private RemotePeer? Hearing(InboundSession session) =>
        peers.TryGetValue(session.Route.From, out var peer) && peer.Inbound == session ? peer : null;

    private RemotePeer? Speaking(ulong session)
    {
        foreach (var peer in peers.Values)
            if (peer.Outbound is { } outbound && outbound.Number == session)
                return peer;
        return null;
    }

    private RemotePeer? At(Address? address)
    {
        foreach (var peer in peers.Values)
            if (peer.Address.Equals(address))
                return peer;
        return null;
    }

    private static ulong DrawNumber()
    {
        ulong number;
        do number = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        while (number == 0);
        return number;
    }
}
