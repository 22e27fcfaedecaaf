using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>DESIGN "Identity": the first start. Nobody votes before every first member is known by its data directory.</summary>
[Trait("Row", "RN-5")]
public sealed class FoundingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    public void A_fresh_cluster_founds_itself_and_elects(int members)
    {
        var cluster = CoreCluster.Fresh(members);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader));
        cluster.Run(CoreCluster.Heartbeat * 2);
        cluster.Nodes.ShouldAllBe(n => n.Core.IsProven && n.State.Proven && n.CommitIndex == 1);
        foreach (var node in cluster.Nodes) node.State.Founding.ShouldBe(CoreCluster.View(members));
        Membership.Decode(cluster[1].Core.Log[1].Payload.Span).Voters.AsSpan().SequenceEqual(CoreCluster.View(members).AsSpan()).ShouldBeTrue();
    }

    [Fact]
    public void While_one_first_member_is_missing_nobody_votes_or_campaigns()
    {
        var cluster = CoreCluster.Fresh(3);
        cluster[3].IsUp = false;
        cluster.Run(TimeSpan.FromSeconds(5));
        cluster.Nodes.ShouldAllBe(n => !n.Core.IsProven && n.Role == Role.Follower && n.Term == 0);
        cluster[1].Hear(cluster[1].Peer(2).AsksVote(1));
        cluster[1].Sync();
        cluster.Sent<RequestVoteReply>().ShouldHaveSingleItem().IsGranted.ShouldBeFalse();
        cluster[3].IsUp = true;
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader));
    }

    [Fact]
    public void A_view_is_told_only_once_it_is_durable()
    {
        var cluster = CoreCluster.Fresh(3);
        var node = cluster[1];
        node.Hear(node.Peer(2).Introduces(FoundingPhase.Gathering), node.Peer(3).Introduces(FoundingPhase.Gathering));
        node.Cluster.Pass(CoreCluster.Heartbeat, node);
        cluster.Sent<Introduction>(i => i.Phase != FoundingPhase.Gathering).ShouldBeEmpty();
        node.Sync();
        cluster.Sent<Introduction>(i => i.Phase == FoundingPhase.Prepared).ShouldNotBeEmpty();
        node.State.Founding.Length.ShouldBe(3);
        node.State.Proven.ShouldBeFalse();
    }

    [Fact]
    public void A_node_is_proven_once_all_have_prepared_its_view()
    {
        var cluster = CoreCluster.Fresh(3);
        var node = cluster[1];
        var view = CoreCluster.View(3).ToArray();
        node.Hear(node.Peer(2).Introduces(FoundingPhase.Prepared, view), node.Peer(3).Introduces(FoundingPhase.Gathering));
        node.Sync();
        node.Core.IsProven.ShouldBeFalse();
        node.Hear(node.Peer(3).Introduces(FoundingPhase.Prepared, [view[0], view[1], new(CoreCluster.Id(3), 2999)]));
        node.Core.IsProven.ShouldBeFalse("another view");
        node.Hear(node.Peer(3).Introduces(FoundingPhase.Prepared, view));
        node.Core.IsProven.ShouldBeTrue();
    }

    [Fact]
    public void A_member_wiped_before_the_founding_is_founded_with_its_new_directory()
    {
        var cluster = CoreCluster.Fresh(3);
        cluster[3].IsUp = false;
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[2].Wipe();
        cluster[3].IsUp = true;
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader));
        cluster.Run(CoreCluster.Heartbeat * 2);
        cluster.Nodes.ShouldAllBe(n => n.State.Founding[1].Incarnation == CoreCluster.IncarnationOf(2) + 1);
    }

    [Fact]
    public void What_an_older_directory_said_is_void_whenever_it_arrives()
    {
        var node = CoreCluster.Fresh(3)[1];
        var view = CoreCluster.View(3).ToArray();
        var wiped = node.Peer(3) with { Incarnation = 3001 };
        node.Hear(wiped.Introduces(FoundingPhase.Gathering));
        node.Hear(node.Peer(2).Introduces(FoundingPhase.Prepared, view));
        node.Hear(node.Peer(3).Introduces(FoundingPhase.Prepared, view));
        node.Sync();
        node.Core.IsProven.ShouldBeFalse();
        node.State.Founding[2].Incarnation.ShouldBe(3001ul);
    }

    [Fact]
    public void A_prepared_view_never_falls_back_even_across_a_restart()
    {
        var node = CoreCluster.Fresh(3)[1];
        var wiped = node.Peer(3) with { Incarnation = 3001 };
        node.Hear(wiped.Introduces(FoundingPhase.Gathering), node.Peer(2).Introduces(FoundingPhase.Gathering));
        node.Sync();
        node = node.Restart();
        var view = CoreCluster.View(3).ToArray();
        node.Hear(node.Peer(2).Introduces(FoundingPhase.Prepared, view), node.Peer(3).Introduces(FoundingPhase.Prepared, view));
        node.Sync();
        node.Core.IsProven.ShouldBeFalse();
        node.State.Founding[2].Incarnation.ShouldBe(3001ul);
    }

    [Fact]
    public void A_first_member_that_missed_the_end_of_the_founding_is_told()
    {
        var cluster = CoreCluster.Fresh(3);
        cluster.RunUntil(() => cluster.Nodes.All(n => !n.State.Founding.IsEmpty));
        var late = cluster[3];
        cluster.Isolate(late);
        if (late.Core.IsProven) late = cluster.Replace(late, new(late.State with { Proven = false }, []), late.Options.Incarnation);
        cluster.Run(TimeSpan.FromSeconds(1));
        late.Core.IsProven.ShouldBeFalse();
        cluster.Rejoin(late);
        cluster.Run(TimeSpan.FromSeconds(1));
        late.Core.IsProven.ShouldBeTrue();
        cluster.Nodes.Count(n => n.Role == Role.Leader).ShouldBe(1);
    }

    [Fact]
    public void A_founded_cluster_restarts_without_founding_again()
    {
        var cluster = CoreCluster.Fresh(3);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.CommitIndex > 0));
        foreach (var node in cluster.Nodes.ToList()) node.Restart();
        cluster.Drop();
        cluster[3].IsUp = false;
        cluster.Nodes.ShouldAllBe(n => n.Core.IsProven);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader));
    }
}
