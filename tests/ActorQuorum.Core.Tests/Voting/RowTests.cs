using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>What goes wrong in Quorum Cluster, row by row, and must not here.</summary>
public sealed class RowTests
{
    private readonly VotingWorld _world = new();

    [Fact]
    [Trait("Row", "QC-1")]
    public void One_datagram_that_arrives_is_enough_for_all_to_meet()
    {
        _world.LostDatagrams = 1000;
        var stations = _world.StartMany(4);
        for (var i = 1; i < 4; i++) stations[i].Take(new Met(stations[0].Self));
        _world.RunUntil(() => Agree("A", 4), 5, "all agree");
    }

    [Fact]
    [Trait("Row", "QC-2")]
    public void An_equal_metric_has_a_winner_by_name_and_then_by_address()
    {
        var order = new CandidateOrder(VotingMetric.EarliestBirth);
        order.Compare(Member("A", "10.0.0.2", 2), Member("B", "10.0.0.1", 1)).ShouldBeLessThan(0);
        order.Compare(Member("A", "10.0.0.1", 2), Member("A", "10.0.0.2", 1)).ShouldBeLessThan(0);
        order.Compare(Member("A", "10.0.0.1", 1), Member("A", "10.0.0.1", 2)).ShouldBeLessThan(0);
        new CandidateOrder(VotingMetric.LowestPort).Compare(Member("B", "x", 1), Member("A", "x", 2)).ShouldBeLessThan(0);
    }

    [Fact]
    [Trait("Row", "QC-2")]
    public void Nodes_born_in_the_same_millisecond_agree()
    {
        foreach (var name in new[] { "C", "A", "B" }) _world.Start(name);
        _world.RunUntil(() => Agree("A", 3), 5, "A is master by its name");
    }

    [Fact]
    [Trait("Row", "QC-3")]
    public void Votes_split_two_to_two_go_to_the_better_candidate_and_the_others_leave()
    {
        // Two vote by birth for A, two by port for D: 2-2.
        _world.Start("A", 9000);
        _world.RunFor(0.01);
        _world.Start("B", 9001);
        _world.Start("C", 9002, configure: ByPort);
        _world.Start("D", 8000, configure: ByPort);
        _world.RunUntil(() => _world.Masters.Length == 1, 8, "one master");
        _world.RunUntil(() => Agree("A", 2), 5, "A and B stay");
        _world["C"].Stop!.Reason.ShouldBe(VotingStopReason.NoMajority);
        _world["D"].Stop!.Text.ShouldContain("the largest group stays");
    }

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

    [Fact]
    [Trait("Row", "QC-10")]
    public void The_second_of_two_nodes_of_one_name_is_refused_and_told_why()
    {
        _world.StartMany(2);
        _world.RunUntil(() => Agree("A", 2), 5, "two agree");
        _world.Start("B", 9000, "10.0.0.99");
        _world.RunUntil(() => !_world["B"].IsRunning, 2, "the second B stops");
        _world["B"].Stop!.Reason.ShouldBe(VotingStopReason.NameTaken);
        _world["B"].Stop!.Text.ShouldContain("Give this node another name");
        _world.Running.Count().ShouldBe(2);
    }

    [Fact]
    [Trait("Row", "QC-10")]
    public void Two_nodes_of_one_name_started_together_become_one()
    {
        _world.Start("A", 9000, "10.0.0.1");
        _world.RunFor(0.01);
        _world.Start("A", 9000, "10.0.0.2");
        _world.RunFor(4);
        _world.Running.Single().Self.Host.ShouldBe("10.0.0.1");
        _world.Masters.Length.ShouldBe(1);
    }

    [Theory]
    [Trait("Row", "QC-10")]
    [InlineData("Ünïcode")]
    [InlineData("ノード一")]
    [InlineData("узел")]
    public void Names_of_other_scripts_and_of_300_characters_take_part(string name)
    {
        var longest = string.Concat(Enumerable.Repeat(name, VotingOptions.NameLength))[..VotingOptions.NameLength];
        _world.Start(longest);
        _world.RunFor(0.01);
        _world.Start(name);
        _world.RunUntil(() => Agree(longest, 2), 5, "both agree");
        Should.Throw<ArgumentException>(() => _world.Start(longest + "x")).Message.ShouldContain("301 characters");
    }

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

    [Fact]
    [Trait("Row", "QC-13")]
    public void An_idle_node_sends_one_message_a_peer_and_heartbeat()
    {
        _world.StartMany(4);
        _world.RunUntil(() => Agree("A", 4), 5, "four agree");
        _world.RunFor(1);
        var before = _world.Running.Sum(station => station.Core.Sent);
        _world.RunFor(10);
        (_world.Running.Sum(station => station.Core.Sent) - before).ShouldBeInRange(540, 690);
    }

    [Fact]
    public void More_members_than_there_may_be_are_refused()
    {
        for (var i = 0; i < 3; i++) _world.Start($"n{i}", configure: options => options with { MostMembers = 3 });
        _world.RunUntil(() => _world.Running.All(station => station.Master is not null), 5, "three agree");
        _world.Start("n3", configure: options => options with { MostMembers = 3 });
        _world.RunFor(3);
        _world["n0"].Events.ShouldContain(happened => happened is MemberRefused && ((MemberRefused)happened).Why == RefusalReason.Full);
        _world["n0"].Core.Roster.Members.Length.ShouldBe(3);
    }

    [Fact]
    public void Settings_under_which_two_could_act_at_once_are_refused()
    {
        var options = new VotingOptions { Self = Member("A", "x", 1) };
        options.DriftBound.ShouldBe(0.23, 0.01);
        Should.Throw<ArgumentException>(() => (options with { LostAfter = TimeSpan.FromMilliseconds(550) }).Checked()).Message.ShouldContain("two could act at once");
        Should.Throw<ArgumentException>(() => (options with { Heartbeat = TimeSpan.FromMilliseconds(300) }).Checked());
    }

    private static VotingMember Member(string name, string host, int port) => new(new MemberId((ulong)port), name, host, port, 1000);

    private static VotingOptions ByPort(VotingOptions options) => options with { Metric = VotingMetric.LowestPort };

    private static VotingOptions Waiting(VotingOptions options) => options with { OnMinority = OnMinority.Wait };

    private bool Agree(string master, int members) =>
        _world.Running.Count() == members && _world[master].IsActing && _world.Masters.Length == 1
        && _world.Running.All(station => station.Master == master && !station.Core.Roster.IsChanging && station.Core.Roster.Members.Length == members
            && station.Core.Roster.Contains(station.Self.Id));
}
