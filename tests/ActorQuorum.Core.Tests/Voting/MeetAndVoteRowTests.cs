using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Rows QC-1 to QC-3: all meet all, and votes have a winner. What goes wrong in Quorum Cluster, and must not here.</summary>
public sealed class MeetAndVoteRowTests
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

    private static VotingMember Member(string name, string host, int port) => new(new MemberId((ulong)port), name, host, port, 1000);

    private static VotingOptions ByPort(VotingOptions options) => options with { Metric = VotingMetric.LowestPort };

    private bool Agree(string master, int members) =>
        _world.Running.Count() == members && _world[master].IsActing && _world.Masters.Length == 1
        && _world.Running.All(station => station.Master == master && !station.Core.Roster.IsChanging && station.Core.Roster.Members.Length == members
            && station.Core.Roster.Contains(station.Self.Id));
}
