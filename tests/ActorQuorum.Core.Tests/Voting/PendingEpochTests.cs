using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>
/// Others count a member out once its word says that it is open anew. A node whose promise is on its way to the disk must not say so: it would keep the
/// promise a moment later, and be counted by one master and not by the next.
/// </summary>
[Trait("Row", "QC-14")]
public sealed class PendingEpochTests
{
    private static readonly VotingMember A = LoneNode.Member("A", 1);
    private static readonly VotingMember B = LoneNode.Member("B", 2);
    private static readonly VotingMember C = LoneNode.Member("C", 3);
    private static readonly VotingEpoch Younger = new(new(2000, 1), 1);
    private static readonly VotingEpoch Elder = new(new(1000, 1), 7);

    [Fact]
    public void A_node_asks_for_no_other_formation_before_its_promise_is_durable()
    {
        var node = new LoneNode(new() { Self = B, OnMinority = OnMinority.Wait });
        node.Run(0.5, () => node.Hear(A));
        var roster = node.RosterOf(new(1, 1), A, B);
        node.HearRoster(A, Younger, Stance.Claiming, roster);
        node.Persists.Select(persist => persist.Epoch).ShouldBe([Younger]);
        node.Sent.Clear();

        node.Run(0.9);
        node.Run(0.5, HearElder);
        node.Beats.ShouldNotBeEmpty();
        node.Beats.ShouldAllBe(beat => beat.OpenSince <= roster.Find(B.Id)!.Since);

        node.MakeDurable();
        node.Run(0.2, HearElder);
        node.Beats.Last().Joining.ShouldBe(Elder.Formation, "once it is durable, it does");

        void HearElder() => node.Hear(C, beat => beat with { Epoch = Elder, Master = C.Id, Stance = Stance.Acting, Counter = Elder.Counter, Stamp = new(7, 1) });
    }
}
