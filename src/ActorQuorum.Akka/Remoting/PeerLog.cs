using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Akka.Remoting;

/// <summary>What the transport says of its peers: a reason once an outage, a warning of one kind once a period.</summary>
internal sealed class PeerLog(ILogger logger, LogThrottle throttle, string self)
{
    /// <summary>A session began.</summary>
    public void Connected(RemotePeer peer) => logger.LogInformation("Connected to peer {Peer} at {Address}.", peer.Name, peer.Address);

    /// <summary>A session ended.</summary>
    public void Lost(RemotePeer peer, string reason)
    {
        if (throttle.Allows($"lost {peer.Id}"))
            logger.LogWarning("The connection to peer {Peer} was lost: {Reason}. Calling again.", peer.Name, reason);
    }

    /// <summary>A hello was in vain.</summary>
    public void Unreachable(RemotePeer peer, string reason, bool isRefusal)
    {
        if (reason == peer.LastProblem || !throttle.Allows($"hello {peer.Id} {reason}")) return;

        // Members start one after the other: before the first session an absent peer is no cause for alarm.
        var level = peer.WasConnected || isRefusal ? LogLevel.Warning : LogLevel.Information;
        logger.Log(level, "Peer {Peer} at {Address} cannot be reached: {Reason}. Calling on.", peer.Name, peer.Address, reason);
    }

    /// <summary>A hello was refused here.</summary>
    public void Refused(string caller, string kind, string reason)
    {
        if (throttle.Allows($"refused {kind}"))
            logger.LogWarning("A peer's hello from {Caller} was refused ({Refusal}): {Reason}", caller, kind, reason);
    }

    /// <summary>A peer broke the protocol.</summary>
    public void Broken(RemotePeer peer, string reason)
    {
        if (throttle.Allows($"violation {peer.Id}"))
            logger.LogWarning("The connection of peer {Peer} was closed, it broke the protocol: {Reason}.", peer.Name, reason);
    }

    /// <summary>Another data directory speaks for a member while the former one does.</summary>
    public void Replaced(RemotePeer peer)
    {
        if (throttle.Allows($"replaced {peer.Id}"))
        {
            logger.LogWarning(
                "Peer {Peer} connected with another data directory while its former connection was open; if that repeats, two nodes run under this name.",
                peer.Name);
        }
    }

    /// <summary>Something arrived that nobody here waits for.</summary>
    public void Stray(string sender, object message)
    {
        if (throttle.Allows("stray"))
            logger.LogWarning("{Node} dropped a {Kind} from {Sender}: only members of its cluster are heard.", self, message.GetType().Name, sender);
    }
}
