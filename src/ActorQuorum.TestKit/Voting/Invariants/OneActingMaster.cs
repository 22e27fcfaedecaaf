using ActorQuorum.Core.Voting;

namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>Within one formation never two nodes act as master at one moment, each on its own clock; not even where its members do not agree.</summary>
internal sealed class OneActingMaster : VotingInvariant
{
    private readonly SortedDictionary<FormationId, SimulatedVoter> _acting = [];

    public override void Stepped(SimulatedVoter voter, VoterView before, VoterView now)
    {
        if (!voter.IsActing) return;
        var formation = now.Acting.Formation;
        if (_acting.TryGetValue(formation, out var other) && other != voter)
        {
            Demand(
                !other.IsActing || other.Core.ActingEpoch.Formation != formation,
                $"{voter.Name} acts in {now.Acting} while {other.Name} still acts in {(other.IsRunning ? other.Core.ActingEpoch : default)}");
        }

        _acting[formation] = voter;
    }
}
