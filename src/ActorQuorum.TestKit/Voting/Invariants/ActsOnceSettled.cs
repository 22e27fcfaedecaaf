using ActorQuorum.Core.Voting;

namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>Nobody founds a formation before it has looked for others for the discovery window, nor acts in one before its first election is settled.</summary>
internal sealed class ActsOnceSettled : VotingInvariant
{
    private readonly SortedSet<FormationId> _known = [];

    public override void Stepped(SimulatedVoter voter, VoterView before, VoterView now)
    {
        if (now.Acting.IsNone || now.Acting == before.Acting || !_known.Add(now.Acting.Formation)) return;
        var window = new VotingOptions { Self = voter.Self! }.Discovery;
        Demand(voter.Age >= window, $"{voter.Name} founds {now.Acting} after {voter.Age}, before the window of {window} was over");
    }
}
