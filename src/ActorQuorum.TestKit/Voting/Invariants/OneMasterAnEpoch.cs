using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>No epoch is ever acted in by two starts, and within a formation each mastership's epoch is higher than all before it: it fences.</summary>
internal sealed class OneMasterAnEpoch : VotingInvariant
{
    private readonly SortedDictionary<FormationId, (long Counter, MemberId Master)> _latest = [];

    public override void Stepped(SimulatedVoter voter, VoterView before, VoterView now)
    {
        if (now.Acting.IsNone || now.Acting == before.Acting) return;
        var (formation, counter) = now.Acting;
        if (_latest.TryGetValue(formation, out var latest))
        {
            Demand(
                counter > latest.Counter || (counter == latest.Counter && latest.Master == now.Start),
                $"{voter.Name} acts in {now.Acting}, but {latest.Master} has acted in {latest.Counter}");
        }

        _latest[formation] = (counter, now.Start);
    }
}
