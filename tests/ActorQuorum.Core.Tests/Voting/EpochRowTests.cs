using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Rows QC-12 and QC-14: epochs, and one master at most. What goes wrong in Quorum Cluster, and must not here.</summary>
public sealed class EpochRowTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    [Trait("Row", "QC-12")]
    public void Of_nodes_started_together_only_one_ever_acts()
    {
        var stations = _world.StartMany(5);
        _world.RunFor(10);
        stations.Count(station => station.Roles.Exists(change => change.To == VotingRole.Master)).ShouldBe(1);
        stations.ShouldAllBe(station => station.Roles.Count == 1);
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public void Two_formations_that_meet_become_one_and_the_younger_master_stops_first()
    {
        _world.Start("A");
        _world.RunFor(3);
        _world.Start("B");
        _world.Cut(["A"], ["B"]);
        _world.RunFor(3);
        _world.Masters.Length.ShouldBe(2);
        var elder = _world["A"].Core.ActingEpoch;
        _world.Heal();
        _world.RunUntil(() => Agree("A", 2), 5, "one formation");
        _world["B"].Roles.Last(change => change.From == VotingRole.Master).To.ShouldBe(VotingRole.None);
        _world["A"].Core.ActingEpoch.Formation.ShouldBe(elder.Formation);
        _world["A"].Core.ActingEpoch.Counter.ShouldBeGreaterThan(elder.Counter, "B remembers an epoch as high");
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public void Epochs_rise_over_a_restart_of_all()
    {
        _world.StartMany(3);
        _world.RunUntil(() => Agree("A", 3), 5, "three agree");
        var before = _world["A"].Core.ActingEpoch;
        foreach (var station in _world.Running.ToArray()) station.Crash();
        _world.StartMany(3);
        _world.RunUntil(() => Agree("A", 3), 5, "three agree");
        _world["A"].Core.ActingEpoch.Counter.ShouldBeGreaterThan(before.Counter);
        _world["A"].Core.ActingEpoch.Formation.ShouldNotBe(before.Formation);
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public void A_master_does_not_act_before_its_epoch_is_durable()
    {
        var a = _world.Start("A");
        a.DiskDelay = TimeSpan.FromSeconds(3);
        _world.RunFor(4.9);
        a.IsActing.ShouldBeFalse();
        _world.RunUntil(() => a.IsActing, 1, "A acts once its disk is done");
    }

    [Fact]
    [Trait("Row", "QC-14")]
    public void A_paused_master_is_none_when_it_wakes()
    {
        _world.StartMany(3);
        _world.RunUntil(() => Agree("A", 3), 5, "three agree");
        var epoch = _world["A"].Core.ActingEpoch;
        _world["A"].Pause(3);
        _world.RunUntil(() => _world["B"].IsActing, 2, "B acts");
        _world["A"].IsActing.ShouldBeFalse();
        _world.RunFor(4);
        _world["A"].Core.ActingEpoch.ShouldNotBe(epoch);
        _world.Running.Count().ShouldBe(3);
    }

    private bool Agree(string master, int members) =>
        _world.Running.Count() == members && _world[master].IsActing && _world.Masters.Length == 1
        && _world.Running.All(station => station.Master == master && !station.Core.Roster.IsChanging && station.Core.Roster.Members.Length == members
            && station.Core.Roster.Contains(station.Self.Id));
}
