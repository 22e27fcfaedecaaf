using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>
/// Whoever begins to act has its epoch on its own disk and on those of more than half of its roster, lost members counted; but not those that have said
/// goodbye, or belong to another formation.
/// </summary>
internal sealed class ActsForMajority(VotingCluster cluster) : VotingInvariant
{
    private readonly SortedDictionary<MemberId, VotingEpoch> _latest = [];
    private readonly SortedSet<(MemberId Start, FormationId Formation, long Counter)> _kept = [];

    public override void Stepped(SimulatedVoter voter, VoterView before, VoterView now)
    {
        if (now.Acting.IsNone || now.Acting == before.Acting) return;
        Demand(voter.Kept == now.Acting, $"{voter.Name} acts in {now.Acting} while its disk holds {voter.Kept}");
        var (accepted, all) = (0, 0);
        foreach (var entry in voter.Core.Roster.Members)
        {
            var hasAccepted = _kept.Contains((entry.Id, now.Acting.Formation, now.Acting.Counter));

            // What was accepted stays so, be it that the member leaves meanwhile.
            if (!hasAccepted && (cluster.HasSaidGoodbye(entry.Id) || IsElsewhere(_latest.GetValueOrDefault(entry.Id), now.Acting) || HasLeft(entry.Id))) continue;
            all++;
            if (hasAccepted) accepted++;
        }

        Demand(2 * accepted > all, $"{voter.Name} acts in {now.Acting}, accepted by {accepted} of {all}");
    }

    /// <summary>Row QC-4: it gave its formation up, and is in none.</summary>
    private bool HasLeft(MemberId start) =>
        !_latest.GetValueOrDefault(start).IsNone && cluster.Running.Any(voter => voter.Self!.Id == start && voter.Core.Epoch.IsNone);

    /// <summary>A start has put this on its disk; that it restarts later does not unsay what it accepted.</summary>
    public void Kept(SimulatedVoter voter)
    {
        var start = voter.Self!.Id;
        _kept.Add((start, voter.Kept.Formation, voter.Kept.Counter));
        _latest[start] = voter.Kept;
    }

    private static bool IsElsewhere(VotingEpoch kept, VotingEpoch acting) => !kept.IsNone && kept.Formation != acting.Formation;
}
