using ActorQuorum.Core.Voting;
using ActorQuorum.TestKit.Hosting;

namespace ActorQuorum.TestKit.Voting.Invariants;

/// <summary>All invariants of one simulated constant election, told of every step.</summary>
internal sealed class VotingInvariantSet(VotingCluster cluster)
{
    private readonly NoFailure _failures = new();
    private readonly OneActingMaster _oneActing = new();
    private readonly QuitsInMinority _quits = new(cluster);
    private readonly ActsForMajority _forMajority = new(cluster);
    private readonly VotingInvariant[] _onChange = [new OneMasterAnEpoch(), new EpochsRise(), new ActsOnceSettled()];
    private readonly SortedSet<FormationId> _formations = [];
    private readonly SortedDictionary<int, VotingEpoch> _kept = [];
    private readonly SortedDictionary<int, VoterView> _before = [];

    /// <summary>What was reached so far.</summary>
    public VotingReached Reached { get; } = new();

    /// <summary>A node did something.</summary>
    public void Stepped(SimulatedVoter voter)
    {
        _failures.Look(voter);
        if (!voter.IsRunning || voter.Actors is null) return;
        var before = _before.GetValueOrDefault(voter.Number);
        var now = VoterView.Of(voter);
        if (before.Start != now.Start) before = new(now.Start, default, default, default, default);
        if (_kept.GetValueOrDefault(voter.Number) != voter.Kept) _forMajority.Kept(voter);
        _kept[voter.Number] = voter.Kept;
        _oneActing.Stepped(voter, before, now);
        _quits.Stepped(voter, before, now);
        if (now == before) return;
        _before[voter.Number] = now;
        cluster.Simulation.Trace.Add(
            cluster.Now, TraceKind.State, voter.Number, now.Epoch.Counter, (long)now.Role, (long)now.Epoch.Formation.Salt, now.Acting.Counter);
        _forMajority.Stepped(voter, before, now);
        foreach (var invariant in _onChange) invariant.Stepped(voter, before, now);
        Count(voter, before, now);
    }

    private void Count(SimulatedVoter voter, VoterView before, VoterView now)
    {
        if (now.Acting != before.Acting && !now.Acting.IsNone) Reached.Masterships++;
        if (now.Acting.IsNone && !before.Acting.IsNone) Reached.StepDowns++;
        if (now.Acting.IsNone && !before.Acting.IsNone && voter.Age >= voter.Core.ActingUntil) Reached.LeasesLost++;
        if (now.Standing == Standing.Waiting && before.Standing != Standing.Waiting) Reached.Waits++;
        if (!now.Acting.IsNone && _formations.Add(now.Acting.Formation)) Reached.Formations++;
        if (now.Epoch.Formation != before.Epoch.Formation && !now.Epoch.IsNone && !before.Epoch.IsNone) Reached.GoingsOver++;
    }
}
