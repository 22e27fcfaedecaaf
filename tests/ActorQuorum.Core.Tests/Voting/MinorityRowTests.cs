using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Row QC-5: with as many lost as live a node quits. What goes wrong in Quorum Cluster, and must not here.</summary>
public sealed class MinorityRowTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    [Trait("Row", "QC-5")]
    public void Two_of_four_quit_and_three_of_five_survive()
    {
        _world.StartMany(5);
        _world.RunUntil(() => Agree("A", 5), 5, "five agree");
        _world["D"].Crash();
        _world["E"].Crash();
        _world.RunFor(3);
        _world.Running.Count().ShouldBe(3);
        _world["A"].IsActing.ShouldBeTrue();
        _world["C"].Crash();
        _world.RunFor(3);
        _world.Running.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void A_node_that_crashes_and_returns_again_and_again_is_no_loss_to_the_others()
    {
        _world.StartMany(3);
        _world.RunUntil(() => Agree("A", 3), 5, "three agree");
        for (var times = 1; times <= 5; times++)
        {
            _world["C"].Crash();
            _world.RunFor(times * 0.4);
            _world.Start("C", 9000 + times);
            _world.RunUntil(() => Agree("A", 3), 5, $"C is back {times} times");
        }

        _world["A"].Core.Others.ShouldAllBe(other => other.State == MemberState.Live);
        _world["A"].Core.Roster.Members.Length.ShouldBe(3);
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void A_partition_does_not_outnumber_the_rest_by_taking_newcomers_in()
    {
        _world.StartMany(3);
        _world.RunUntil(() => Agree("A", 3), 5, "three agree");
        _world.Cut(["A", "B"], ["C", "D", "E"]);
        _world.Start("D");
        _world.Start("E");
        var formation = _world["A"].Core.Epoch.Formation;
        _world.RunFor(6);
        _world["C"].Stop!.Reason.ShouldBe(VotingStopReason.MoreLostThanLive);
        _world["A"].IsActing.ShouldBeTrue();
        _world.Masters.Count(master => master.Core.ActingEpoch.Formation == formation).ShouldBe(1);
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void A_minority_that_waits_has_no_master_and_joins_again()
    {
        for (var i = 0; i < 4; i++)
        {
            _world.Start(((char)('A' + i)).ToString(), configure: options => options with { OnMinority = OnMinority.Wait });
            _world.RunFor(0.01);
        }

        _world.RunUntil(() => Agree("A", 4), 5, "four agree");
        _world.Cut(["A", "B"], ["C", "D"]);
        _world.RunFor(5);
        _world.Running.Count().ShouldBe(4);
        _world.Masters.ShouldBeEmpty();
        _world.Heal();
        _world.RunUntil(() => Agree("A", 4), 5, "four agree again");
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void One_of_two_that_waits_takes_the_other_back_by_its_name()
    {
        _world.Start("A", configure: Waiting);
        _world.Start("B", configure: Waiting);
        _world.RunUntil(() => Agree("A", 2), 5, "two agree");
        _world["B"].Crash();
        _world.RunFor(10);
        _world.Masters.ShouldBeEmpty();
        _world.Start("B", 9999, configure: Waiting);
        _world.RunUntil(() => Agree("A", 2), 5, "two agree again");
    }

    private static VotingOptions Waiting(VotingOptions options) => options with { OnMinority = OnMinority.Wait };

    private bool Agree(string master, int members) =>
        _world.Running.Count() == members && _world[master].IsActing && _world.Masters.Length == 1
        && _world.Running.All(station => station.Master == master && !station.Core.Roster.IsChanging && station.Core.Roster.Members.Length == members
            && station.Core.Roster.Contains(station.Self.Id));
}
