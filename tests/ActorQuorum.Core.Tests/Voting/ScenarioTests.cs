using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>The 13 scenarios of Quorum Cluster.</summary>
public sealed class ScenarioTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    [Trait("Row", "QC-12")]
    public void A_node_that_stays_alone_is_master_after_the_discovery_window()
    {
        var a = _world.Start("A");
        _world.RunFor(1.9);
        a.Core.Role.ShouldBe(VotingRole.None);
        _world.RunFor(0.3);
        a.Core.Role.ShouldBe(VotingRole.Master);
        a.IsActing.ShouldBeTrue();
    }

    [Fact]
    [Trait("Row", "QC-3")]
    public void Two_nodes_agree_on_one_master()
    {
        _world.StartMany(2);
        Settle("A", 2);
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void Of_two_nodes_one_is_killed_and_the_other_stops()
    {
        var (a, b) = Two();
        b.Crash();
        _world.RunUntil(() => !a.IsRunning, 3, "A stops");
        a.Stop!.Reason.ShouldBe(VotingStopReason.MoreLostThanLive);
        a.Roles[^1].To.ShouldBe(VotingRole.None);
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void A_dispatched_node_comes_back_by_its_name_on_another_port()
    {
        var (a, b) = Two();
        b.Dispatch();
        _world.RunUntil(() => !b.IsRunning, 2, "B is gone");
        a.Events.ShouldContain(happened => happened is MemberDispatched);
        _world.RunFor(3);
        a.IsActing.ShouldBeTrue();
        a.Core.Dispatched.Select(member => member.Name).ShouldBe(["B"]);
        _world.Start("B", 9999);
        Settle("A", 2);
        a.Core.Dispatched.ShouldBeEmpty();
        a.Events.ShouldContain(happened => happened is MemberReturned);
        a.Events.ShouldNotContain(happened => happened is MemberLost);
    }

    [Fact]
    [Trait("Row", "QC-3")]
    public void Three_nodes_that_join_one_after_the_other_agree_on_one_master()
    {
        _world.StartMany(3, TimeSpan.FromSeconds(3));
        Settle("A", 3);
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void Of_three_nodes_a_dispatched_one_comes_back()
    {
        _world.StartMany(3);
        Settle("A", 3);
        _world["B"].Dispatch();
        _world.RunFor(3);
        Settle("A", 2);
        _world.Start("B", 9000);
        Settle("A", 3);
    }

    [Fact]
    [Trait("Row", "QC-7")]
    public void A_killed_node_is_lost_and_not_dispatched()
    {
        _world.StartMany(3);
        Settle("A", 3);
        _world["C"].Crash();
        _world.RunFor(2);
        _world["A"].Events.ShouldContain(happened => happened is MemberLost);
        _world["A"].Core.Dispatched.ShouldBeEmpty();
        _world["A"].Core.Others.Single(other => other.Member.Name == "C").State.ShouldBe(MemberState.Lost);
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void A_dispatched_node_is_not_lost()
    {
        _world.StartMany(3);
        Settle("A", 3);
        _world["C"].Dispatch();
        _world.RunFor(3);
        _world["A"].Core.Dispatched.Select(member => member.Name).ShouldBe(["C"]);
        _world["A"].Events.ShouldNotContain(happened => happened is MemberLost);
        _world["A"].Core.Roster.Members.Length.ShouldBe(2);
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void The_master_of_four_is_killed_and_the_next_oldest_follows()
    {
        _world.StartMany(4);
        Settle("A", 4);
        _world["A"].Crash();
        _world.RunUntil(() => _world["B"].IsActing, 2, "B is master").ShouldBeLessThan(TimeSpan.FromSeconds(2));
        Settle("B", 3);
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void The_master_of_four_is_killed_and_the_next_by_port_follows()
    {
        for (var i = 0; i < 4; i++) _world.Start($"P{i}", 8084 - i, configure: options => options with { Metric = VotingMetric.LowestPort });
        Settle("P3", 4);
        _world["P3"].Crash();
        _world.RunUntil(() => _world["P2"].IsActing, 2, "P2 is master");
        Settle("P2", 3);
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void Two_of_four_are_killed_and_everyone_stops()
    {
        _world.StartMany(4);
        Settle("A", 4);
        _world["C"].Crash();
        _world["D"].Crash();
        _world.RunUntil(() => !_world.Running.Any(), 3, "all have stopped");
        _world["A"].Stop!.Reason.ShouldBe(VotingStopReason.MoreLostThanLive);
        _world["B"].Stop!.Reason.ShouldBe(VotingStopReason.MoreLostThanLive);
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void A_slave_is_killed_and_the_master_stays()
    {
        _world.StartMany(4);
        Settle("A", 4);
        var roles = _world["A"].Roles.Count;
        _world["D"].Crash();
        _world.RunFor(5);
        Settle("A", 3);
        _world["A"].Roles.Count.ShouldBe(roles);
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void The_master_dispatches_and_the_next_oldest_follows()
    {
        _world.StartMany(3);
        Settle("A", 3);
        _world["A"].Dispatch();
        _world.RunUntil(() => _world["B"].IsActing, 0.5, "B is master").ShouldBeLessThan(TimeSpan.FromSeconds(0.5));
        _world.RunFor(1);
        _world["A"].Stop!.Reason.ShouldBe(VotingStopReason.Dispatched);
        Settle("B", 2);
    }

    private (VotingStation A, VotingStation B) Two()
    {
        var stations = _world.StartMany(2);
        Settle("A", 2);
        return (stations[0], stations[1]);
    }

    private void Settle(string master, int members) =>
        _world.RunUntil(
            () => _world.Running.Count() == members && _world[master].IsActing
                && _world.Running.All(station => station.Master == master && station.Core.Roster is { IsChanging: false } roster
                    && roster.Stamp == _world[master].Core.Roster.Stamp && roster.Members.Count(entry => _world.Running.Any(running => running.Self.Id == entry.Id)) == members),
            10, $"{members} nodes with {master} as master");
}
