using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Voting.Harness;
using ActorQuorum.Core.Voting;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>How many nodes one knows, and whom it may forget.</summary>
public sealed class LimitTests
{
    private const int Most = 10;
    private static readonly VotingMember A = LoneNode.Member("A", 1);
    private static readonly VotingMember B = LoneNode.Member("B", 2);
    private static readonly VotingMember C = LoneNode.Member("C", 3);
    private static readonly VotingEpoch Epoch = new(new(1000, 1), 1);

    [Fact]
    public void A_roster_of_more_members_than_there_may_be_is_refused()
    {
        var node = Limited();
        node.HearRoster(A, Epoch, Stance.Claiming, node.RosterOf(new(1, 1), [A, B, .. Strangers(Most - 1)]));
        node.Core.Epoch.ShouldBe(VotingEpoch.None);
        node.Core.Others.Length.ShouldBe(1);
        node.Events.OfType<MemberRefused>().ShouldBe([new MemberRefused(B, RefusalReason.Full, null)]);
    }

    [Fact]
    public void A_roster_takes_the_place_of_mere_contacts()
    {
        var node = Limited();
        foreach (var stranger in Strangers(Most)) node.Take(new Met(stranger));
        node.Core.Others.Length.ShouldBe(Most - 1);
        node.HearRoster(A, Epoch, Stance.Claiming, node.RosterOf(new(1, 1), A, B, C, LoneNode.Member("D", 4)));
        node.Core.Epoch.ShouldBe(Epoch);
        node.Core.Others.Length.ShouldBe(Most - 1);
        node.Core.Others.Where(other => other.IsInRoster).Select(other => other.Member.Name).ShouldBe(["A", "C", "D"]);
    }

    [Fact]
    public void A_flood_of_nodes_that_never_answer_keeps_nobody_out()
    {
        var node = Limited();
        foreach (var stranger in Strangers(Most)) node.Take(new Met(stranger));
        node.Run(4, () =>
        {
            node.Hear(A);
            if (node.Now > TimeSpan.FromSeconds(3.7)) node.Hear(C);
        });
        node.Core.Others.Where(other => other.State == MemberState.Live).Select(other => other.Member.Name).ShouldBe(["A", "C"]);
        node.Core.Others.Length.ShouldBe(Most - 1);
    }

    [Fact]
    [Trait("Row", "QC-5")]
    public void A_member_of_the_roster_that_went_over_is_remembered_for_what_it_is()
    {
        var node = Limited();
        node.HearRoster(A, Epoch, Stance.Claiming, node.RosterOf(new(1, 1), A, B, C));
        node.MakeDurable();
        node.Run(0.5, () =>
        {
            HearMaster();
            node.Hear(C, InOurs);
        });
        node.Run(0.5, () =>
        {
            HearMaster();
            node.Hear(C, InAnother);
        });
        node.Run(32, HearMaster);
        node.Core.Roster.Contains(C.Id).ShouldBeTrue();
        node.Core.Others.Select(other => other.Member).ShouldContain(C, "else it would count as a member again");

        void HearMaster() => node.Hear(A, InOurs);
    }

    [Fact]
    [Trait("Row", "QC-6")]
    public void Who_dispatched_stays_connected_for_as_long_as_it_takes_to_lose_it()
    {
        var node = new LoneNode(new() { Self = B, LostAfter = TimeSpan.FromSeconds(4), OnMinority = OnMinority.Wait });
        node.Run(0.5, () => node.Hear(A));
        node.Take(new Heard(new Goodbye(A.Id, B.Id, VotingEpoch.None, false, 0)));
        node.Run(3);
        node.Disconnected.ShouldBeEmpty();
        node.Run(2);
        node.Disconnected.ShouldBe([A.Id]);
    }

    private static LoneNode Limited()
    {
        var node = new LoneNode(new() { Self = B, MostMembers = Most, OnMinority = OnMinority.Wait });
        node.Run(0.5, () => node.Hear(A));
        return node;
    }

    private static Beat InOurs(Beat beat) => beat with
    {
        Epoch = Epoch, Master = A.Id, Stance = beat.From == A.Id ? Stance.Acting : Stance.None, Stamp = new(1, 1), Counter = 1, Vote = A.Id,
    };

    private static Beat InAnother(Beat beat) => beat with { Epoch = new(new(500, 1), 3), Master = new MemberId(77), Stamp = new(3, 1), Counter = 3, Vote = new MemberId(77) };

    private static IEnumerable<VotingMember> Strangers(int count) => Enumerable.Range(0, count).Select(i => LoneNode.Member($"s{i}", 100 + (ulong)i));
}
