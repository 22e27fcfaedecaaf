using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>B was silent, a new B took its place, and the old one is heard again before its master could tell it so: the new one holds the later roster.</summary>
[Trait("Row", "QC-10")]
public sealed class NameTests
{
    private static readonly VotingMember A = LoneNode.Member("A", 1);
    private static readonly VotingMember OldB = LoneNode.Member("B", 2);
    private static readonly VotingMember C = LoneNode.Member("C", 3);
    private static readonly VotingMember NewB = LoneNode.Member("B", 4);
    private static readonly FormationId Formation = new(1000, 1);

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    public void The_former_start_does_not_refuse_the_one_that_took_its_place(long counter, long version)
    {
        var node = Member(OldB, new(1, 1), 1);
        node.Run(0.5, () => Hear(node, NewB, counter, new(counter, version)));
        node.Sent.OfType<Refusal>().ShouldBeEmpty();
        node.Take(new Heard(new Refusal(NewB.Id, OldB.Id, RefusalReason.NameTaken, NewB, node.Core.Epoch)));
        node.Run(2);
        node.Stop!.Reason.ShouldBe(VotingStopReason.NameTaken);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 1)]
    public void The_one_that_took_its_place_refuses_the_former_start(long counter, long version)
    {
        var node = Member(NewB, new(counter, version), counter);
        node.Run(0.5, () => Hear(node, OldB, 1, new(1, 1)));
        node.Sent.OfType<Refusal>().ShouldContain(refusal => refusal.To == OldB.Id && refusal.Why == RefusalReason.NameTaken);
    }

    private static LoneNode Member(VotingMember self, RosterStamp stamp, long counter)
    {
        var node = new LoneNode(new() { Self = self, OnMinority = OnMinority.Wait });
        node.Run(0.5, () => node.Hear(A));
        node.HearRoster(A, new(Formation, counter), Stance.Claiming, node.RosterOf(stamp, A, self, C));
        node.MakeDurable();
        return node;
    }

    private static void Hear(LoneNode node, VotingMember from, long counter, RosterStamp stamp) =>
        node.Hear(from, beat => beat with { Epoch = new(Formation, counter), Master = A.Id, Stamp = stamp, Counter = counter, Vote = A.Id });
}
