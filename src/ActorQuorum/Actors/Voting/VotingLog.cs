using ActorQuorum.Core.Voting;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>What happens in a constant election, in words (row QC-11). Each line names the node that says it; docs/vote.md lists them.</summary>
/// <param name="logger">Where it is written.</param>
/// <param name="self">The node's name.</param>
/// <param name="throttle">Bounds what others can have it write: one who is not let in asks again for ever.</param>
internal sealed class VotingLog(ILogger logger, string self, LogThrottle throttle)
{
    /// <summary>A change of role is the headline.</summary>
    public void Write(VotingRoleChange change)
    {
        if (change.From == change.To)
            logger.LogDebug("{Node} stays {Role}, epoch {Epoch} ({Reason})", self, change.To, change.Epoch.ToString(), change.Cause);
        else
            logger.LogInformation("{Node} {From} → {To} epoch {Epoch} ({Reason})", self, change.From, change.To, change.Epoch.ToString(), change.Cause);
    }

    /// <summary>Something happened.</summary>
    public void Write(VotingEvent happened)
    {
        switch (happened)
        {
            case MasterSet(var master, var epoch):
                logger.LogInformation("{Node} set {Master} as new master, epoch {Epoch}", self, master.Name, epoch.ToString());
                break;
            case MemberAdded(var member, var connected):
                logger.LogInformation(
                    "{Node} added {Peer} ({Address}) to connected by handshake, {Connected} nodes connected now", self, member.Name, AddressOf(member), connected);
                break;
            case MemberReturned(var member, var connected):
                logger.LogInformation(
                    "{Node} has {Peer} ({Address}) back, {Connected} nodes connected now", self, member.Name, AddressOf(member), connected);
                break;
            case MemberLost lost:
                logger.LogWarning(
                    "{Node} lost connection from {Peer}: no word for {Silence:0} ms; {Live} live and {Lost} lost now",
                    self, lost.Member.Name, lost.Silence.TotalMilliseconds, lost.Live, lost.Lost);
                break;
            case MemberDispatched(var member):
                logger.LogInformation("{Node} heard a goodbye: {Peer} dispatched", self, member.Name);
                break;
            case MemberLeft(var member, var formation):
                logger.LogInformation("{Node} sees {Peer} go over to formation {Formation}", self, member.Name, formation.ToString());
                break;
            case MemberRefused refused when !throttle.Allows(KindOf(refused)):
                break;
            case MemberRefused { Why: RefusalReason.Full } refused when refused.Member.Name == self:
                logger.LogWarning("{Node} is not let in: {Reason}", self, ReasonOf(refused));
                break;
            case MemberRefused refused:
                logger.LogWarning("{Node} did not let {Peer} ({Address}) in: {Reason}", self, refused.Member.Name, AddressOf(refused.Member), ReasonOf(refused));
                break;
            case FormationJoined(var from, var to, var master):
                logger.LogInformation(
                    "{Node} joins formation {Formation}, whose master is {Master}{Left}", self, to.ToString(), master.Name,
                    from.IsNone ? "" : $", and leaves {from}");
                break;
            case MajorityAwaited(var cause):
                logger.LogWarning("{Node} waits for a majority, without a master: {Reason}", self, cause);
                break;
            default:
                throw new InvalidOperationException($"an event of the kind {happened.GetType().Name} has no words");
        }
    }

    /// <summary>The node is to stop: its last word.</summary>
    public void Write(VotingStop stop)
    {
        if (stop.Reason == VotingStopReason.Dispatched) logger.LogInformation("{Node} has said goodbye", self);
        else logger.LogError("{Node} {Reason}", self, stop.Text.StartsWith("It ", StringComparison.Ordinal) ? stop.Text[3..] : $"stops: {stop.Text}");
    }

    /// <summary>Who comes while the room is full may be anybody, so all of them are one kind; of names there are only as many as members.</summary>
    private static string KindOf(MemberRefused refused) => refused.Why == RefusalReason.NameTaken ? $"name {refused.Member.Name}" : $"{refused.Why}";

    private static string ReasonOf(MemberRefused refused) => refused.Holder is { } holder
        ? $"the live node at {AddressOf(holder)} bears that name"
        : "there are as many members as there may be";

    private static string AddressOf(VotingMember member) => PeerContact.AddressOf(member).Address;
}
