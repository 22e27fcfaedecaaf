namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>The epoch that a machine remembers only rises, over restarts and from one formation to another.</summary>
internal sealed class EpochsRise : VotingInvariant
{
    private readonly SortedDictionary<int, long> _kept = [];

    public override void Stepped(SimulatedVoter voter, VoterView before, VoterView now)
    {
        var kept = voter.Kept.Counter;
        var latest = _kept.GetValueOrDefault(voter.Number);
        Demand(kept >= latest, $"{voter.Name} remembers {kept} after {latest}");
        _kept[voter.Number] = kept;
        if (before.Start != now.Start || now.Epoch.IsNone) return;
        Demand(now.Epoch.Counter >= before.Epoch.Counter, $"{voter.Name} accepts {now.Epoch} after {before.Epoch}");
    }
}
