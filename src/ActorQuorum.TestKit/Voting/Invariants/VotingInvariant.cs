namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>Something that must hold at every step of a simulated constant election. One a file.</summary>
internal abstract class VotingInvariant
{
    /// <summary>A running node did something; <paramref name="before"/> is what it was, all empty after a start.</summary>
    public virtual void Stepped(SimulatedVoter voter, VoterView before, VoterView now)
    {
    }

    /// <summary>Ends the run unless <paramref name="holds"/>.</summary>
    protected void Demand(bool holds, FormattableString otherwise)
    {
        if (!holds) throw new BrokenPromiseException(GetType().Name, FormattableString.Invariant(otherwise));
    }
}
