using ActorQuorum.Core.Voting;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>What a node of the constant election tells of itself and the others (row QC-11), its name in each line.</summary>
internal sealed class VotingLog(ILogger logger, string self)
{
    /// <summary>A change of role is the headline.</summary>
    public void Write(VotingRoleChange change)
    {
        var level = change.To == VotingRole.None ? LogLevel.Warning : LogLevel.Information;
        if (change.From == change.To)
            logger.LogDebug("{Node} stays {Role}, epoch {Epoch} ({Cause})", self, change.To, change.Epoch, change.Cause);
        else
            logger.Log(level, "{Node} {From} → {To}, epoch {Epoch} ({Cause})", self, change.From, change.To, change.Epoch, change.Cause);
    }

    /// <summary>Something happened.</summary>
    public void Write(VotingEvent happened)
    {
        switch (happened)
        {
            case MasterSet(var master, var epoch):
                logger.LogInformation("{Node} set {Master} as new master, epoch {Epoch}", self, master.Name, epoch);
                break;
            case MemberAdded(var member, var connected):
                logger.LogInformation("{Node} added {Member} to connected by handshake, {Connected} nodes connected now", self, member.Name, connected);
                break;
            case MemberReturned(var member, var connected):
                logger.LogInformation("{Node} has {Member} back, {Connected} nodes connected now", self, member.Name, connected);
                break;
            case MemberLost lost:
                logger.LogWarning(
                    "{Node} lost connection from {Member}: silent for {Silence} ms; {Live} live, {Lost} lost now",
                    self, lost.Member.Name, (long)lost.Silence.TotalMilliseconds, lost.Live, lost.Lost);
                break;
            case MemberDispatched(var member):
                logger.LogInformation("{Node} heard: {Member} dispatched", self, member.Name);
                break;
            case MemberLeft(var member, var formation):
                logger.LogInformation("{Node} saw {Member} go over to formation {Formation}", self, member.Name, formation);
                break;
            case MemberRefused refused:
                WriteRefusal(refused);
                break;
            case FormationJoined(var from, var to, var master):
                logger.LogInformation(
                    "{Node} goes over to formation {To} of master {Master}{From}", self, to, master.Name, from.IsNone ? "" : $", from its younger {from}");
                break;
            case MajorityAwaited(var text):
                logger.LogWarning("{Node} waits for a majority: {Why}", self, text);
                break;
            default:
                logger.LogDebug("{Node} {Event}", self, happened);
                break;
        }
    }

    /// <summary>The node is to stop.</summary>
    public void Write(VotingStop stop)
    {
        switch (stop.Reason)
        {
            case VotingStopReason.Dispatched:
                logger.LogInformation("{Node} has dispatched", self);
                break;
            case VotingStopReason.MoreLostThanLive:
                logger.LogError("{Node} dispatches because more are lost than connected: {Why}", self, stop.Text);
                break;
            case VotingStopReason.NoMajority:
                logger.LogError("{Node} dispatches, there is no majority: {Why}", self, stop.Text);
                break;
            default:
                logger.LogError("{Node} stops: {Why}", self, stop.Text);
                break;
        }
    }

    private void WriteRefusal(MemberRefused refused)
    {
        if (refused.Holder is { } holder)
            logger.LogWarning("{Node} refused {Member}: {Holder} bears that name", self, refused.Member, holder);
        else
            logger.LogWarning("{Node} refused {Member}: there are as many members as there may be", self, refused.Member);
    }
}
