using ActorQuorum.Core.Voting;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Voting;

/// <summary>What happens in a constant election, in words (row QC-11). Each line names the node that says it.</summary>
internal sealed class VotingLog(ILogger logger, string self)
{
    /// <summary>Writes one change of role: the headline of a node's log.</summary>
    public void Write(Core.Voting.VotingRoleChange change) => logger.LogInformation(
        "{Node} {From} → {To} epoch {Epoch} ({Reason})", self, change.From, change.To, change.Epoch.ToString(), change.Cause);

    /// <summary>Writes what happened.</summary>
    public void Write(VotingEvent happened)
    {
        switch (happened)
        {
            case MasterSet e:
                logger.LogInformation("{Node} set {Master} as new master, epoch {Epoch}", self, e.Master.Name, e.Epoch.ToString());
                break;
            case MemberAdded e:
                logger.LogInformation(
                    "{Node} added {Peer} ({Address}) to connected by handshake, {Connected} nodes connected now", self, e.Member.Name, AddressOf(e.Member), e.Connected);
                break;
            case MemberReturned e:
                logger.LogInformation(
                    "{Node} has {Peer} ({Address}) back, {Connected} nodes connected now", self, e.Member.Name, AddressOf(e.Member), e.Connected);
                break;
            case MemberLost e:
                logger.LogWarning(
                    "{Node} lost connection from {Peer}: no word for {Silence:0} ms; {Live} live and {Lost} lost now", self, e.Member.Name,
                    e.Silence.TotalMilliseconds, e.Live, e.Lost);
                break;
            case MemberDispatched e:
                logger.LogInformation("{Node} heard a goodbye: {Peer} dispatched", self, e.Member.Name);
                break;
            case MemberLeft e:
                logger.LogInformation("{Node} sees {Peer} go over to formation {Formation}", self, e.Member.Name, e.Formation.ToString());
                break;
            case MemberRefused e:
                logger.LogWarning("{Node} did not let {Peer} ({Address}) in: {Reason}", self, e.Member.Name, AddressOf(e.Member), ReasonOf(e));
                break;
            case FormationJoined e:
                logger.LogInformation("{Node} met an elder formation and joins it: {Formation}, whose master is {Master}", self, e.To.ToString(), e.Master.Name);
                break;
            case MajorityAwaited e:
                logger.LogWarning("{Node} waits for a majority, without a master: {Reason}", self, e.Text);
                break;
            default:
                throw new ArgumentException($"An event of the kind {happened.GetType().Name} has no words: give it some here.", nameof(happened));
        }
    }

    private static string ReasonOf(MemberRefused refused) => refused.Why switch
    {
        RefusalReason.NameTaken when refused.Holder is { } holder => $"the live node at {AddressOf(holder)} bears that name",
        RefusalReason.NameTaken => "a live node bears that name",
        _ => "there are as many members as there may be",
    };

    private static string AddressOf(VotingMember member) => $"{member.Host}:{member.Port}";
}
