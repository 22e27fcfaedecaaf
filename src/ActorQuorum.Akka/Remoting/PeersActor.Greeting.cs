using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using Akka.Actor;
using Akka.Remote;

namespace ActorQuorum.Akka.Remoting;

/// <content>How sessions begin and end.</content>
internal sealed partial class PeersActor
{
    private void GreetInTime(RemotePeer peer)
    {
        if (Now < peer.Due) return;
        if (peer.Nonce == 0) Greet(peer);
        else Despair(peer, "it did not answer in time");
    }

    private void Greet(RemotePeer peer)
    {
        peer.Nonce = DrawNumber();
        (peer.GreetedAt, peer.Due) = (Now, Now + HelloPatience);
        peer.Selection.Tell(new HelloParcel(peer.Nonce, PeerGreeting.Hello(options, peer.Id)), Self);
    }

    /// <summary>A hello was in vain: the next one follows after a pause, half of it drawn, so that nodes do not knock together.</summary>
    private void Despair(RemotePeer peer, string reason, bool isRefusal = false)
    {
        log.Unreachable(peer, reason, isRefusal);
        peer.LastProblem = reason;
        peer.Nonce = 0;
        var whole = Math.Min(options.BackoffCeiling.Ticks, options.BackoffFloor.Ticks << Math.Clamp(peer.Failures++, 0, 20));
        peer.Due = Now + new TimeSpan((whole / 2) + Random.Shared.NextInt64((whole / 2) + 1));
    }

    private void OnHello(HelloParcel parcel)
    {
        var hello = parcel.Hello;
        var reply = PeerGreeting.Judge(options, hello, peers.ContainsKey);
        if (!reply.Accepted)
        {
            // Nobody is called up who is not a member: a stranger could name any address as its own.
            log.Refused(Sender.Path.Address.ToString(), reply.Refusal.ToString(), reply.Reason);
            if (At(Sender.Path.Address) is { } caller) caller.Actor.Tell(new HelloReplyParcel(parcel.Nonce, 0, default, reply), Self);
            return;
        }

        // Another thread may have parted from it since.
        if (!peers.TryGetValue(new MemberId(hello.From), out var peer)) return;
        if (peer.Inbound is { } former)
        {
            // The newer wins, whatever the incarnations: the older may be the remains of a process that died without a word.
            if (former.Route.Incarnation != hello.Incarnation) log.Replaced(peer);
            LoseInbound(peer, "the member connected anew");
        }

        var limit = new Credit(options.QueueMessages, options.QueueSizeBytes);
        var self = Self;
        var session = new InboundSession(
            DrawNumber(), new PeerRoute(peer.Id, options.Self, hello.Incarnation), PeerGreeting.Shown(hello.Name), options.FrameSizeBytes, limit,
            settled => self.Tell(new SettleSession(settled), ActorRefs.NoSender));
        peer.Inbound = session;
        _sessions.Add(session);

        // To the address of the configuration, not of the sender: the session's number reaches the member alone.
        peer.Actor.Tell(new HelloReplyParcel(parcel.Nonce, session.Number, limit, reply), Self);
        if (peer.Outbound is not null || (peer.Nonce != 0 && Now - peer.GreetedAt < LostHelloAge)) return;
        peer.Failures = 0;
        Greet(peer);
    }

    private void OnHelloReply(HelloReplyParcel parcel)
    {
        var from = new MemberId(parcel.Reply.From);
        if (!peers.TryGetValue(from, out var peer) || peer.Nonce != parcel.Nonce) peer = Greeted(parcel.Nonce);
        if (peer is null) return;
        if (PeerGreeting.Objection(options, peer.Id, parcel.Reply) is { } objection)
        {
            Despair(peer, objection, isRefusal: true);
            return;
        }

        var limit = new Credit(
            Math.Min(parcel.Credit.Messages, options.QueueMessages), Math.Min(parcel.Credit.SizeBytes, options.QueueSizeBytes));
        var self = Self;
        (peer.Nonce, peer.Failures, peer.LastProblem, peer.WasConnected) = (0, 0, null, true);
        peer.Outbound = new OutboundSession(parcel.Session, limit, () => self.Tell(new FlushPeer(peer), ActorRefs.NoSender))
        {
            LastProgress = host.Time.GetTimestamp(),
        };
        log.Connected(peer);
    }

    private RemotePeer? Greeted(ulong nonce)
    {
        foreach (var peer in peers.Values)
            if (nonce != 0 && peer.Nonce == nonce)
                return peer;
        return null;
    }

    private void OnEnded(ulong session)
    {
        if (Speaking(session) is { } peer) LoseOutbound(peer, "the peer ended it");
    }

    /// <summary>Whoever sent them hears of it at once, or it would go on for as long as it takes to notice.</summary>
    private void OnStray(ulong session)
    {
        if (At(Sender.Path.Address) is { } peer) peer.Actor.Tell(new EndedParcel(session), Self);
        else log.Stray(Sender.Path.Address.ToString(), new StrayFrames(session));
    }

    private void Break(InboundSession session, string reason)
    {
        if (Hearing(session) is not { } peer) return;
        log.Broken(peer, reason);
        LoseInbound(peer, reason);
        peer.Actor.Tell(new EndedParcel(session.Number), Self);
    }

    private void OnAssociation(AssociationEvent association)
    {
        if (association is AssociatedEvent || At(association.RemoteAddress) is not { } peer) return;
        var reason = association is AssociationErrorEvent error ? Innermost(error.Cause).Message : "the connection was closed";
        if (peer.Nonce != 0) Despair(peer, reason);
        LoseOutbound(peer, reason);
        LoseInbound(peer, reason);
    }

    /// <summary>What was heard from it so far stays heard; it learns at once that nothing more is.</summary>
    private void Part(RemotePeer peer, string reason)
    {
        if (peer.Inbound is { } inbound) peer.Actor.Tell(new EndedParcel(inbound.Number), Self);
        LoseInbound(peer, reason);
        LoseOutbound(peer, reason);
    }

    private void LoseOutbound(RemotePeer peer, string reason)
    {
        if (peer.Outbound is not { } session) return;

        // No send succeeds any more once the loss is told: what follows it belongs to the next session.
        session.Close();
        peer.Outbound = null;
        peer.Due = Now;
        log.Lost(peer, reason);
        inbox.ConnectionLost(peer.Id);
    }

    private void LoseInbound(RemotePeer peer, string reason)
    {
        if (peer.Inbound is not { } session) return;
        _sessions.Remove(session);
        peer.Inbound = null;
        log.Lost(peer, reason);
        inbox.ConnectionLost(peer.Id);
    }

    private static Exception Innermost(Exception cause) => cause.InnerException is { } inner ? Innermost(inner) : cause;
}
