using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>
/// A member that goes on alone founds a cluster of one with all that its disk holds; who comes to that later goes back to the same founding.
/// </summary>
[Trait("Row", "CO-4")]
public sealed class ClusterOfOneTests
{
    [Fact]
    public void Behind_all_that_was_held_stands_one_configuration_of_a_higher_term()
    {
        var node = WithTail(new HardState(7, CoreCluster.Id(2), true, CoreCluster.View(3)));
        var alone = ClusterOfOne.Of(node.Durable, new(node.Id, 1001), MemberContact.Unknown);
        Logs.Text(alone.Entries.SkipLast(1)).ShouldBe(Logs.Text(node.Entries));
        var last = alone.Entries[^1];
        (last.Index, last.Term, last.Kind).ShouldBe((5, 8, EntryKind.Configuration));
        Membership.Decode(last.Payload.Span).Voters.ShouldBe([new(node.Id, 1001)]);
        alone.State.ShouldBe(new HardState(8, MemberId.None, true, [new(node.Id, 1001)]));
        alone.Snapshot.ShouldBe(SnapshotMark.None);
    }

    [Fact]
    public void An_entry_of_a_later_term_than_the_state_counts_too()
    {
        var held = new DurableState(HardState.Initial, []) { Base = new(41, 3, IsReset: false), Snapshot = new(41, 3, Membership.Empty, []) };
        var alone = ClusterOfOne.Of(held, new(CoreCluster.Id(1), 1001), MemberContact.Unknown);
        (alone.State.Term, alone.LastIndex, alone.LastTerm).ShouldBe((4, 42, 4));
    }

    [Fact]
    public void It_commits_alone_all_that_it_held_whatever_configurations_stand_there()
    {
        var node = WithTail(new HardState(3, MemberId.None, true, CoreCluster.View(3)));
        var (held, cluster) = (Logs.Text(node.Entries), node.Cluster);
        var alone = node.GoAlone();
        cluster.PassDeadline(alone);
        alone.Sync();
        alone.Role.ShouldBe(Role.Leader);
        alone.CommitIndex.ShouldBe(6, "the tail, the configuration of one, and the entry of its own term");
        Logs.Text(alone.Applied.Take(4)).ShouldBe(held);
        VotersOf(alone).ShouldBe([1]);
        alone.Core.Membership.IsJoint.ShouldBeFalse();
        cluster.Network.ShouldBeEmpty("it knows of nobody else");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_added_later_goes_back_to_the_same_founding(bool bySnapshot)
    {
        var cluster = CoreCluster.Of(3, options => options with { TrailingEntries = 0 });
        var leader = cluster.Elect(1);
        leader.Propose(50, 51);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[2].IsUp = cluster[3].IsUp = false;
        var alone = leader.GoAlone();
        cluster.RunUntil(() => alone.Role == Role.Leader && alone.Core.Log.LastIndex == alone.CommitIndex);
        if (bySnapshot) alone.TakeSnapshot();
        Grow(cluster, alone, 1);
        cluster.Run(TimeSpan.FromSeconds(1));

        var newcomer = cluster[4];
        newcomer.Snapshot.Index.ShouldBe(bySnapshot ? alone.Snapshot.Index : 0);
        newcomer.State.Founding.ShouldBe([new(alone.Id, 1001)]);
        newcomer.Core.IsFoundedElsewhere.ShouldBeFalse();
        alone.Propose(52);
        cluster.Run(TimeSpan.FromSeconds(1));
        newcomer.CommitIndex.ShouldBe(alone.Core.Log.LastIndex);
        Logs.Text(newcomer.Applied).ShouldBe(Logs.Text(alone.Applied));
    }

    [Fact]
    public void The_snapshot_that_it_goes_on_from_says_who_founded_and_so_does_the_next_one()
    {
        var cluster = CoreCluster.Of(3, options => options with { TrailingEntries = 2 });
        var leader = cluster.Elect(1);
        leader.Propose(50, 51, 52, 53);
        cluster.Run(TimeSpan.FromSeconds(1));
        leader.TakeSnapshot();
        leader.Sync();
        leader.Propose(54);
        leader.Sync();
        var (before, held) = (leader.Snapshot.Index, Logs.Text(leader.Entries));
        cluster[2].IsUp = cluster[3].IsUp = false;
        var alone = leader.GoAlone();

        alone.Snapshot.Index.ShouldBe(before);
        alone.Snapshot.Founding.ShouldBe([new(alone.Id, 1001)]);
        alone.Snapshot.Membership.Voters.ShouldBe([new(alone.Id, 1001)]);
        alone.Base.Index.ShouldBe(before - 2);
        Logs.Text(alone.Entries.SkipLast(1)).ShouldBe(held);
        cluster.RunUntil(() => alone.Role == Role.Leader && alone.Core.Log.LastIndex == alone.CommitIndex);
        var committed = alone.Core.Log.LastIndex;
        SnapshotMark.None.After([.. alone.Applied]).Founding.ShouldBe([new(alone.Id, 1001)], "whatever stood in the log before");
        var again = alone.GoAlone();
        cluster.RunUntil(() => again.Role == Role.Leader && again.CommitIndex == committed + 2);
        VotersOf(again).ShouldBe([1]);
        again.State.Founding.ShouldBe([new(alone.Id, 1002)]);
    }

    /// <summary>A node of three whose log ends in an entry that nobody else has, behind the first half of a change.</summary>
    private static CoreNode WithTail(HardState state) => CoreCluster.From(3, _ => new(state,
    [
        EntryOf(1, 1, new(CoreCluster.View(3))), Logs.EntryOf(2, 2), EntryOf(3, 2, Joint([1, 2, 3], [1, 2, 3, 4, 5])), Logs.EntryOf(4, 3),
    ]))[1];
}
