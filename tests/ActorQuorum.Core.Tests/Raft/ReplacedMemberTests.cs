using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Two directories of one member alive at once: the one that another has replaced has no vote, and nobody gives it one.</summary>
[Trait("Row", "RN-5")]
public sealed class ReplacedMemberTests
{
    private static readonly ulong s_replaced = CoreCluster.IncarnationOf(2);
    private static readonly ulong s_bound = CoreCluster.IncarnationOf(2) + 1;

    [Fact]
    public void A_directory_that_was_replaced_and_comes_back_gives_no_vote()
    {
        var node = NodeThatKnowsOfTheReplacement(2);
        node.Hear(node.Peer(1).AsksPreVote(1, 1, 1));
        node.Peer(1).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        node.Hear(node.Peer(1).AsksVote(2, 1, 1));
        node.Sync();
        node.Peer(1).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
    }

    [Fact]
    public void A_directory_that_was_replaced_does_not_campaign()
    {
        var node = NodeThatKnowsOfTheReplacement(2);
        Should.Throw<InvalidOperationException>(() => node.Cluster.PassDeadline(node)).Message.ShouldContain("does not campaign");
        node.Role.ShouldBe(Role.Follower);
        node.Peer(1).Takes().OfType<RequestVote>().ShouldBeEmpty();
    }

    [Fact]
    public void A_directory_that_was_replaced_gets_no_vote_and_the_one_in_its_place_does()
    {
        var node = NodeThatKnowsOfTheReplacement(1);
        node.Hear((node.Peer(2) with { Incarnation = s_replaced }).AsksVote(2, 1, 1));
        node.Sync();
        node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        node.Hear((node.Peer(2) with { Incarnation = s_bound }).AsksVote(2, 1, 1));
        node.Sync();
        node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue();
    }

    [Fact]
    public void A_directory_that_is_newer_than_this_log_knows_gets_a_vote()
    {
        var node = NodeThatKnowsOfTheReplacement(1);
        node.Hear((node.Peer(2) with { Incarnation = s_bound + 1 }).AsksVote(2, 2, 1));
        node.Sync();
        node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBeTrue("its binding may stand behind the end of this log");
    }

    [Fact]
    public void A_founder_that_is_told_so_late_keeps_the_configuration_that_its_snapshot_brought()
    {
        var grown = new SnapshotMark(9, 1, new Membership(CoreCluster.View(5)), CoreCluster.View(3));
        var node = CoreCluster.From(3, _ => new DurableState(new(1, MemberId.None, false, CoreCluster.View(3)), [])
        {
            Base = new(9, 1, IsReset: false), Snapshot = grown,
        })[2];
        node.Hear(node.Peer(1).Introduces(FoundingPhase.Proven, [.. CoreCluster.View(3)]));
        node.Core.IsProven.ShouldBeTrue();
        node.Core.Membership.Voters.Length.ShouldBe(5, "with the founders alone two of three would decide what takes three of five");
    }

    private static CoreNode NodeThatKnowsOfTheReplacement(int number) => CoreCluster.From(3, _ => new(
        new(1, MemberId.None, true, CoreCluster.View(3)),
        [EntryOf(1, 1, new Membership(CoreCluster.View(3)).Bind(CoreCluster.Id(2), s_bound))]))[number];
}
