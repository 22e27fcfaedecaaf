using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Members that go over to another formation are named in the log of those that stay.</summary>
[Trait("Row", "QC-11")]
public sealed class GoingOverTests
{
    private static readonly VotingMember A = LoneNode.Member("A", 1);
    private static readonly VotingMember B = LoneNode.Member("B", 2);
    private static readonly VotingMember C = LoneNode.Member("C", 3);
    private static readonly VotingEpoch Epoch = new(new(1000, 1), 1);

    [Fact]
    public void A_member_that_goes_over_to_another_formation_is_named_once()
    {
        var node = new LoneNode(new() { Self = B, OnMinority = OnMinority.Wait });
        node.Run(0.5, () => node.Hear(A));
        node.HearRoster(A, Epoch, Stance.Claiming, node.RosterOf(new(1, 1), A, B, C));
        node.MakeDurable();
        node.Run(0.5, () =>
        {
            node.Hear(A, InOurs);
            node.Hear(C, InOurs);
        });
        node.Run(0.5, () =>
        {
            node.Hear(A, InOurs);
            node.Hear(C, InAnother);
        });
        node.Events.OfType<MemberLeft>().ShouldBe([new MemberLeft(C, new(500, 1))]);
    }

    private static Beat InOurs(Beat beat) => beat with
    {
        Epoch = Epoch, Master = A.Id, Stance = beat.From == A.Id ? Stance.Acting : Stance.None, Stamp = new(1, 1), Counter = 1, Vote = A.Id,
    };

    private static Beat InAnother(Beat beat) => beat with { Epoch = new(new(500, 1), 3), Master = new MemberId(77), Stamp = new(3, 1), Counter = 3, Vote = new MemberId(77) };
}
