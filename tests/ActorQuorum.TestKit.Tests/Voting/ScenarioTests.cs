using ActorQuorum.Core.Voting;
using ActorQuorum.TestKit.Voting;

namespace ActorQuorum.TestKit.Tests.Voting;

/// <summary>The 13 scenarios of Quorum Cluster, with the production actors, in virtual time.</summary>
public sealed class ScenarioTests
{
    private readonly VotingCluster _cluster = new(seed: 7);

    [Fact]
    [Trait("Row", "QC-12")]
    public void One_node_alone_is_master_once_it_has_looked_for_others()
    {
        _cluster.Start("A");
        _cluster.RunFor(1.9);
        _cluster["A"].Core.Role.ShouldBe(VotingRole.None);
        _cluster.RunUntilAgreed(0.5, "A");
    }

    [Fact]
    [Trait("Row", "QC-3")]
    public void Two_nodes_agree()
    {
        StartTogether(2);
        _cluster.RunUntilAgreed(3, "A", "B");
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void One_of_two_is_killed_and_the_other_stops()
    {
        Two_nodes_agree();
        _cluster["A"].Crash();
        _cluster.RunUntil(() => !_cluster["B"].IsRunning, "B stops", 2);
        _cluster["B"].Stop!.Reason.ShouldBe(VotingStopReason.MoreLostThanLive);
        _cluster["B"].Stop!.Text.ShouldContain("more are lost than connected");
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void A_node_dispatches_and_comes_back_by_its_name_on_a_new_port()
    {
        Two_nodes_agree();
        _cluster["B"].Dispatch();
        _cluster.RunUntilAgreed(2, "A");
        Others("A").ShouldBeEmpty();
        _cluster["B"].Start(9999);
        _cluster.RunUntilAgreed(3, "A", "B");
        _cluster["A"].Core.Dispatched.ShouldBeEmpty();
        Others("A").ShouldBe(["B:Live"]);
    }

    [Fact]
    [Trait("Row", "QC-3")]
    public void Three_nodes_that_join_one_after_the_other_agree()
    {
        foreach (var name in new[] { "A", "B", "C" })
        {
            _cluster.Start(name);
            _cluster.RunFor(3);
        }

        _cluster.RunUntilAgreed(2, "A", "B", "C");
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void Of_three_nodes_a_dispatched_one_comes_back()
    {
        Three_agree();
        _cluster["C"].Dispatch();
        _cluster.RunUntilAgreed(2, "A", "B");
        _cluster["C"].Start(9999);
        _cluster.RunUntilAgreed(3, "A", "B", "C");
    }

    [Fact]
    [Trait("Row", "QC-7")]
    public void A_killed_node_is_lost_and_not_dispatched()
    {
        Three_agree();
        _cluster["C"].Crash();
        _cluster.RunFor(2);
        Others("A").ShouldBe(["B:Live", "C:Lost"]);
        _cluster["A"].Core.Dispatched.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void A_dispatched_node_is_not_lost()
    {
        Three_agree();
        _cluster["C"].Dispatch();
        _cluster.RunFor(2);
        Others("A").ShouldBe(["B:Live"]);
        _cluster["A"].Core.Dispatched.Select(member => member.Name).ShouldBe(["C"]);
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void The_master_of_four_is_killed_and_the_next_oldest_follows()
    {
        StartTogether(4);
        _cluster.RunUntilAgreed(3, "A", "B", "C", "D");
        _cluster["A"].Crash();
        _cluster.RunUntil(() => _cluster["B"].IsActing, "B is master", 2).ShouldBeLessThan(TimeSpan.FromSeconds(2));
        _cluster.RunFor(1);
        _cluster.Running.ShouldAllBe(voter => voter.Core.Master!.Name == "B");
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void The_master_of_four_is_killed_and_the_next_by_port_follows()
    {
        for (var i = 0; i < 4; i++)
        {
            _cluster.Start($"{(char)('A' + i)}", 9000 - i, options => options with { Metric = VotingMetric.LowestPort });
            _cluster.RunFor(0.01);
        }

        _cluster.RunUntilAgreed(3, "D", "A", "B", "C");
        _cluster["D"].Crash();
        _cluster.RunUntil(() => _cluster["C"].IsActing, "C is master", 2);
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void Two_of_four_are_killed_and_everyone_stops()
    {
        StartTogether(4);
        _cluster.RunUntilAgreed(3, "A", "B", "C", "D");
        _cluster["B"].Crash();
        _cluster["D"].Crash();
        _cluster.RunUntil(() => !_cluster.Running.Any(), "everyone stops", 3);
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void A_slave_is_killed_and_the_master_stays()
    {
        StartTogether(4);
        _cluster.RunUntilAgreed(3, "A", "B", "C", "D");
        var masterships = _cluster.Reached.Masterships;
        _cluster["D"].Crash();
        _cluster.RunFor(5);
        _cluster["A"].IsActing.ShouldBeTrue();
        _cluster.Reached.Masterships.ShouldBe(masterships);
        _cluster.Reached.StepDowns.ShouldBe(0);
    }

    [Fact]
    [Trait("Row", "QC-8")]
    public void The_master_dispatches_and_the_next_oldest_follows()
    {
        Three_agree();
        _cluster["A"].Dispatch();
        _cluster.RunUntil(() => _cluster["B"].IsActing, "B is master", 0.5).ShouldBeLessThan(TimeSpan.FromSeconds(0.5));
        _cluster.RunUntilAgreed(2, "B", "C");
    }

    [Fact]
    [Trait("Row", "QC-3")]
    public void Three_nodes_started_together_have_a_master_within_a_second_after_the_discovery_window()
    {
        foreach (var name in new[] { "A", "B", "C" }) _cluster.Start(name);
        var took = _cluster.RunUntil(() => _cluster.Masters.Any(), "a master", 5);
        (took - TimeSpan.FromSeconds(2)).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        _cluster.RunUntil(_cluster.IsAgreed, "all agree", 1);
    }

    private void Three_agree()
    {
        StartTogether(3);
        _cluster.RunUntilAgreed(3, "A", "B", "C");
    }

    /// <summary>Some milliseconds apart, so that it is known who is the oldest.</summary>
    private void StartTogether(int nodes)
    {
        for (var i = 0; i < nodes; i++)
        {
            _cluster.Start($"{(char)('A' + i)}", 8080 + i);
            _cluster.RunFor(0.01);
        }
    }

    private string[] Others(string name) =>
        [.. _cluster[name].Core.Others.Select(other => $"{other.Member.Name}:{other.State}").Order(StringComparer.Ordinal)];
}
