using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Five nodes whose votes stay split: two for A, two for C, one for E. Seen by each of the three groups.</summary>
[Trait("Row", "QC-4")]
public sealed class SplitTests
{
    private const double UntilResolved = 4;

    [Fact]
    public void Of_two_to_two_to_one_the_smallest_group_leaves()
    {
        var node = Split("E");
        node.Stop!.Reason.ShouldBe(VotingStopReason.NoMajority);
        node.Stop.Text.ShouldContain("1 voted as it did, 2 for A");
    }

    [Fact]
    public void Of_two_to_two_to_one_the_group_of_the_worse_candidate_leaves()
    {
        var node = Split("C");
        node.Stop!.Reason.ShouldBe(VotingStopReason.NoMajority);
        node.Stop.Text.ShouldContain("2 voted as it did, 2 for A");
    }

    [Fact]
    public void Of_two_to_two_to_one_the_group_of_the_best_candidate_stays_and_counts_again()
    {
        var node = Split("A");
        node.Stop.ShouldBeNull();
        node.Persists.ShouldBeEmpty("two of five are no majority");
        foreach (var name in new[] { "C", "D", "E" }) node.Take(new Heard(new Goodbye(Member("A", name).Id, node.Core.Self.Id, VotingEpoch.None, true, 0)));
        node.Run(1, () => node.Hear(Member("A", "B"), VotesFor("A", "A")));
        node.Persists.Single().Epoch.Counter.ShouldBe(1);
        node.Core.Roster.Members.Select(entry => entry.Member.Name).ShouldBe(["A", "B"]);
    }

    [Fact]
    public void Who_left_a_split_and_waits_joins_the_winner()
    {
        var node = Split("E", OnMinority.Wait);
        node.Core.Standing.ShouldBe(Standing.Abstaining);
        node.Beats.Last().Vote.ShouldBe(MemberId.None);
        node.Events.OfType<MajorityAwaited>().Count().ShouldBe(1);

        var (a, epoch) = (Member("E", "A"), new VotingEpoch(new(5000, 1), 1));
        node.Run(0.3, () => node.Hear(a, beat => beat with { Epoch = epoch, Master = a.Id, Stance = Stance.Acting, Stamp = new(1, 1), Counter = 1 }));
        node.Beats.Last().Joining.ShouldBe(epoch.Formation);
        node.HearRoster(a, epoch, Stance.Acting, node.RosterOf(new(1, 2), a, Member("E", "B"), node.Core.Self));
        node.MakeDurable();
        node.Core.Epoch.ShouldBe(epoch);
        node.Core.Standing.ShouldBe(Standing.Ordinary);
    }

    [Fact]
    public void Who_left_a_split_and_sees_no_winner_votes_again_after_a_while()
    {
        var node = Split("E", OnMinority.Wait);
        node.Run(6, () => HearOthers(node, "E"));
        node.Events.OfType<MajorityAwaited>().Count().ShouldBe(2, "the others' votes are split still");
        node.Beats.ShouldContain(beat => beat.Vote == node.Core.Self.Id && beat.Sequence > node.Beats.First(earlier => earlier.Standing == Standing.Abstaining).Sequence);
    }

    /// <summary>The one under test votes by port, and has the lowest: so it votes for itself whatever the births say.</summary>
    private static LoneNode Split(string self, OnMinority onMinority = OnMinority.Stop)
    {
        var node = new LoneNode(new() { Self = Member(self, self), Metric = VotingMetric.LowestPort, OnMinority = onMinority });
        for (var i = 0; i < UntilResolved / 0.05 && node.Stop is null && node.Core.Standing == Standing.Ordinary; i++) node.Run(0.05, () => HearOthers(node, self));
        return node;
    }

    private static void HearOthers(LoneNode node, string self)
    {
        foreach (var (name, vote) in new[] { ("A", "A"), ("B", "A"), ("C", "C"), ("D", "C"), ("E", "E") })
            if (name != self) node.Hear(Member(self, name), VotesFor(self, vote));
    }

    private static Func<Beat, Beat> VotesFor(string self, string vote) => beat => beat with { Vote = Member(self, vote).Id };

    private static VotingMember Member(string self, string name) => LoneNode.Member(name, (ulong)(name[0] - 'A' + 1), name == self ? 1 : 9000 + name[0]);
}
