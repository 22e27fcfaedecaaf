namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>No node fails: whatever it hears, no assertion of its core breaks.</summary>
internal sealed class NoFailure : VotingInvariant
{
    /// <summary>Looks at a node, running or not.</summary>
    public void Look(SimulatedVoter voter) => Demand(voter.Failure is null, $"{voter.Name} failed: {voter.Failure}");
}
