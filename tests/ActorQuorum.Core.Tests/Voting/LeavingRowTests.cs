using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Rows QC-6 to QC-8: goodbyes, losses, and what follows a master. What goes wrong in Quorum Cluster, and must not here.</summary>
public sealed class LeavingRowTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    [Trait("Row", "QC-6")]
    public void A_goodbye_is_told_again_until_it_is_heard()
    {
        _world.StartMany(3);
        _world.RunUntil(() => Agree("A", 3), 5, "three agree");
        _world.Cut(["C"], ["A", "B"]);
        _world["C"].Dispatch();
        _world.RunFor(0.3);
        _world["C"].IsRunning.ShouldBeTrue();
        _world.Heal();
        _world.RunFor(0.5);
        _world["C"].Stop!.Reason.ShouldBe(VotingStopReason.Dispatched);
        _world["A"].Core.Dispatched.Select(member => member.Name).ShouldBe(["C"]);
        _world["B"].Events.ShouldNotContain(happened => happened is MemberLost);
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void A_goodbye_that_nobody_hears_ends_after_a_short_while()
    {
        _world.StartMany(2);
        _world.RunUntil(() => Agree("A", 2), 5, "two agree");
        _world.Cut(["A"], ["B"]);
        _world["B"].Dispatch();
        _world.RunUntil(() => !_world["B"].IsRunning, 1.2, "B stops");
    }

    [Fact]
    [Trait("Row", "QC-7")]
    public void A_black_hole_is_lost_as_soon_as_any_other_and_delays_nobody()
    {
        _world.StartMany(4);
        _world.RunUntil(() => Agree("A", 4), 5, "four agree");
        _world.Cut(["D"], ["A", "B", "C"]);
        _world.RunFor(1.2);
        _world["A"].Core.Others.Single(other => other.Member.Name == "D").State.ShouldBe(MemberState.Lost);
        _world["B"].Master.ShouldBe("A");
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void A_cut_off_master_stops_acting_before_the_next_one_acts()
    {
        _world.StartMany(3);
        _world.RunUntil(() => Agree("A", 3), 5, "three agree");
        _world.Cut(["A"], ["B", "C"]);
        var stopped = _world.RunUntil(() => !_world["A"].IsActing, 1, "A stops");
        stopped.ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(0.55), "it is looked at once a tick");
        _world.RunUntil(() => _world["B"].IsActing, 2, "B acts");
        (_world["B"].Core.ActingEpoch.Counter > 1).ShouldBeTrue();
    }

    private bool Agree(string master, int members) =>
        _world.Running.Count() == members && _world[master].IsActing && _world.Masters.Length == 1
        && _world.Running.All(station => station.Master == master && !station.Core.Roster.IsChanging && station.Core.Roster.Members.Length == members
            && station.Core.Roster.Contains(station.Self.Id));
}
