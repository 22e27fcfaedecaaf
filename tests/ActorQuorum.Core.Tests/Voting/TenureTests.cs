using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>A mastership that goes on in a higher epoch, because a member comes back that remembers the present one.</summary>
[Trait("Row", "QC-9")]
public sealed class TenureTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    public void A_higher_epoch_of_the_same_master_is_told_and_sets_no_new_master()
    {
        var stations = _world.StartMany(3);
        _world.RunUntil(() => stations.All(station => station.Master == "A" && station.Core.Roster.Members.Length == 3), 6, "three agree");
        var (a, c) = (stations[0], stations[2]);
        var epoch = a.Core.ActingEpoch;
        _world["B"].Crash();
        _world.RunFor(3);
        _world.Start("B", 8081);
        _world.RunUntil(() => _world["B"].Master == "A" && c.Core.Epoch == a.Core.ActingEpoch && a.Core.ActingEpoch.Counter > epoch.Counter, 6, "B is back in a higher epoch");
        _world.RunFor(1);

        a.Roles.Select(change => (change.From, change.To)).ShouldBe([(VotingRole.None, VotingRole.Master), (VotingRole.Master, VotingRole.Master)]);
        a.Roles[^1].Epoch.ShouldBe(a.Core.ActingEpoch);
        c.Roles[^1].Epoch.ShouldBe(a.Core.ActingEpoch);
        foreach (var station in _world.Running) station.Events.OfType<MasterSet>().ShouldHaveSingleItem().Master.ShouldBe(a.Self);
    }

    [Fact]
    public void A_master_that_resigned_and_comes_again_is_set_again()
    {
        var stations = _world.StartMany(3);
        _world.RunUntil(() => stations.All(station => station.Master == "A" && station.Core.Roster.Members.Length == 3), 6, "three agree");
        _world.Cut(["A"], ["B", "C"]);
        _world.RunFor(0.7);
        _world.Heal();
        _world.RunUntil(() => stations.All(station => station.Master == "A" && station.Core.Epoch == stations[0].Core.ActingEpoch), 6, "A again");

        stations[0].Events.OfType<MasterSet>().Count().ShouldBe(2);
        stations[0].Roles.Select(change => change.To).ShouldBe([VotingRole.Master, VotingRole.None, VotingRole.Master]);
    }
}
