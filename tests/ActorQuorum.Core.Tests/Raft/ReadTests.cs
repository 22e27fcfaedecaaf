using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §8, dissertation §6.4: reads without writing, each confirmed by a round that began after it.</summary>
[Trait("Row", "RN-3")]
public sealed class ReadTests
{
    [Fact]
    public void A_read_is_answered_once_a_quorum_confirmed_a_round_sent_after_it()
    {
        var node = SettledLeader(5);
        node.Read(1);
        var round = node.Peer(2).Takes<Heartbeat>().Round;
        node.Reads.ShouldBeEmpty();
        node.Hear(node.Peer(2).Confirms(1, round));
        node.Hear(node.Peer(2).Confirms(1, round));
        node.Reads.ShouldBeEmpty("one follower twice is one follower");
        node.Hear(node.Peer(3).Confirms(1, round));
        var ready = node.Reads.ShouldHaveSingleItem();
        ready.Index.ShouldBe(1);
        ready.RequestIds.ShouldBe([1]);
    }

    [Fact]
    public void A_round_that_began_before_the_read_does_not_confirm_it()
    {
        var node = SettledLeader(3);
        node.Cluster.Pass(CoreCluster.Heartbeat, node);
        var before = node.Peer(2).Takes<Heartbeat>().Round;
        node.Read(1);
        node.Hear(node.Peer(2).Confirms(1, before));
        node.Reads.ShouldBeEmpty();
        node.Hear(node.Peer(2).Confirms(1, before + 1));
        node.Reads.Count.ShouldBe(1);
    }

    [Fact]
    public void A_round_that_began_later_confirms_it_too()
    {
        var node = SettledLeader(3);
        node.Read(1);
        node.Cluster.Drop();
        node.Cluster.Pass(CoreCluster.Heartbeat, node);
        node.Hear(node.Peer(2).Confirms(1, node.Peer(2).Takes<Heartbeat>().Round));
        node.Reads.Count.ShouldBe(1);
    }

    [Fact]
    public void No_read_is_answered_before_an_entry_of_the_leaders_own_term_is_committed()
    {
        var node = CoreCluster.Of(3, _ => [1, 1], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 2, 1, [], commit: 1));
        Candidates.MakeLeader(node);
        node.Read(1);
        node.Cluster.Sent<Heartbeat>().ShouldBeEmpty();
        node.Cluster.Pass(CoreCluster.Heartbeat, node);
        node.Hear(node.Peer(2).Confirms(2, node.Peer(2).Takes<Heartbeat>().Round));
        node.Reads.ShouldBeEmpty();
        node.Hear(node.Peer(2).Acknowledges(2, 3));
        node.CommitIndex.ShouldBe(3);
        node.Reads.ShouldBeEmpty("a round must be sent now");
        node.Hear(node.Peer(2).Confirms(2, node.Cluster.Sent<Heartbeat>().Max(h => h.Round)));
        node.Reads.ShouldHaveSingleItem().Index.ShouldBe(3);
    }

    [Fact]
    public void The_read_index_is_the_commit_index_of_when_the_round_began()
    {
        var node = SettledLeader(3);
        node.Read(1);
        node.Propose(5);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(2);
        node.Hear(node.Peer(2).Confirms(1, 1));
        node.Reads.ShouldHaveSingleItem().Index.ShouldBe(1);
    }

    [Fact]
    public void Reads_of_a_turn_share_a_round_and_later_ones_share_the_next()
    {
        var node = SettledLeader(3);
        node.Read(1, 2, 3);
        node.Read(4);
        node.Read(5);
        node.Peer(2).Takes().ShouldHaveSingleItem().ShouldBeOfType<Heartbeat>().Round.ShouldBe(1);
        node.Hear(node.Peer(2).Confirms(1, 1));
        node.Reads.ShouldHaveSingleItem().RequestIds.ShouldBe([1, 2, 3]);
        node.Peer(2).Takes<Heartbeat>().Round.ShouldBe(2);
        node.Hear(node.Peer(3).Confirms(1, 1));
        node.Reads.Count.ShouldBe(1);
        node.Hear(node.Peer(3).Confirms(1, 2));
        node.Reads[1].RequestIds.ShouldBe([4, 5]);
    }

    [Fact]
    public void A_deposed_leader_refuses_the_reads_that_it_could_not_confirm()
    {
        var node = SettledLeader(3);
        node.Read(1);
        node.Read(2);
        node.Hear(node.Peer(3).Beats(2));
        node.Hear(node.Peer(2).Confirms(1, 1));
        node.Reads.ShouldBeEmpty();
        node.Refused.ShouldBe([2, 1], ignoreOrder: true);
    }

    [Fact]
    public void A_leader_that_is_cut_off_never_answers_a_read()
    {
        var cluster = CoreCluster.Of(3);
        var old = cluster.Elect(1);
        cluster.Isolate(old);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n != old && n.Role == Role.Leader));
        old.Read(1);
        cluster.Rejoin(old);
        cluster.Run(TimeSpan.FromSeconds(1));
        old.Reads.ShouldBeEmpty();
        old.Refused.ShouldBe([1]);
    }

    [Fact]
    public void Confirmations_of_unproven_followers_of_other_directories_and_of_other_terms_do_not_count()
    {
        var node = SettledLeader(3);
        node.Read(1);
        node.Hear(node.Peer(2).Confirms(1, 1, isProven: false));
        node.Hear((node.Peer(3) with { Incarnation = 1 }).Confirms(1, 1));
        node.Hear((node.Peer(3) with { Incarnation = 3001 }).Confirms(1, 1));
        node.Hear(node.Peer(2).Confirms(0, 1));
        node.Reads.ShouldBeEmpty();
    }

    [Fact]
    public void A_single_node_answers_a_read_alone()
    {
        var cluster = CoreCluster.Of(1);
        cluster.Elect(1);
        cluster[1].Read(1);
        cluster[1].Reads.ShouldHaveSingleItem().Index.ShouldBe(1);
    }

    private static CoreNode SettledLeader(int members)
    {
        var node = CoreCluster.Of(members)[1];
        Candidates.MakeSettledLeader(node);
        return node;
    }
}
