using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §5.3, the leader's side: batches, a bounded window of messages under way, and retry of what was lost.</summary>
public sealed class PipelineTests
{
    [Fact]
    public void One_turn_is_one_append_a_follower()
    {
        var node = SettledLeader();
        node.Propose(1, 2, 3, 4, 5);
        foreach (var number in new[] { 2, 3 }) node.Peer(number).Takes<AppendEntries>().Entries.Length.ShouldBe(5);
        node.Disk.ShouldHaveSingleItem().Entries.Length.ShouldBe(5);
    }

    [Fact]
    public void Appends_leave_before_the_leaders_own_disk_has_them()
    {
        var node = SettledLeader();
        node.Propose(1);
        node.Disk.Count.ShouldBe(1);
        node.Peer(2).Takes<AppendEntries>().Entries.ShouldHaveSingleItem().Index.ShouldBe(2);
    }

    [Fact]
    public void The_next_append_does_not_wait_for_the_last_ones_answer()
    {
        var node = SettledLeader();
        for (var id = 1; id <= 3; id++) node.Propose(id);
        var appends = node.Peer(2).Takes().Cast<AppendEntries>().ToList();
        appends.Select(a => a.PreviousIndex).ShouldBe([1, 2, 3]);
        appends.ShouldAllBe(a => a.Entries.Length == 1);
    }

    [Fact]
    public void No_more_than_a_window_is_under_way_and_an_answer_makes_room()
    {
        var node = SettledLeader(o => o with { AppendWindow = 3 });
        for (var id = 1; id <= 10; id++) node.Propose(id);
        node.Peer(2).Takes().Count.ShouldBe(3);
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        var append = node.Peer(2).Takes<AppendEntries>();
        append.PreviousIndex.ShouldBe(4);
        append.Entries.Length.ShouldBe(7, "what gathered meanwhile goes as one batch");
        node.Propose(11);
        node.Peer(2).Takes().ShouldBeEmpty();
    }

    [Fact]
    public void A_batch_is_bounded_in_bytes_but_one_entry_always_fits()
    {
        var size = Logs.EntryOf(1, 1).SizeBytes;
        var node = SettledLeader(o => o with { AppendSizeBytes = size * 2 });
        node.Propose(1, 2, 3, 4, 5);
        node.Peer(2).Takes().Cast<AppendEntries>().Select(a => a.Entries.Length).ShouldBe([2, 2, 1]);
        node.Turn(new Propose(6, new byte[size * 9]));
        node.Peer(2).Takes<AppendEntries>().Entries.ShouldHaveSingleItem().Payload.Length.ShouldBe(size * 9);
    }

    [Fact]
    public void A_new_leader_probes_with_one_message_until_it_is_answered()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(node);
        node.Propose(1);
        node.Propose(2);
        node.Peer(2).Takes().ShouldBeEmpty();
        node.Hear(node.Peer(2).Acknowledges(1, 1));
        node.Peer(2).Takes<AppendEntries>().Entries.Length.ShouldBe(2, "what was appended since the probe");
    }

    [Fact]
    public void A_lost_append_leaves_a_gap_that_is_refused_and_filled()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        cluster.Drop(m => m.To == cluster[2].Id);
        leader.Propose(2);
        cluster.Settle();
        cluster[2].LogTerms.Length.ShouldBe(3);
        leader.Core.Followers[0].MatchIndex.ShouldBe(3);
    }

    [Fact]
    public void When_all_appends_are_lost_the_follower_is_asked_again()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        leader.Propose(2);
        cluster.Drop(m => m.To == cluster[2].Id);
        cluster.Run(CoreCluster.Timeout * 2);
        cluster[2].LogTerms.Length.ShouldBe(3);
        cluster[2].CommitIndex.ShouldBe(3);
    }

    [Fact]
    public void When_all_acknowledgements_are_lost_the_follower_is_asked_again()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        cluster.Deliver(m => m.To != leader.Id);
        foreach (var node in cluster.Nodes) node.Sync();
        cluster.Drop(m => m.To == leader.Id);
        leader.CommitIndex.ShouldBe(1);
        cluster.Run(CoreCluster.Timeout * 2);
        leader.CommitIndex.ShouldBe(2);
    }

    [Fact]
    public void A_lost_probe_is_sent_again_once_the_follower_answers_a_heartbeat()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(node);
        node.Hear(node.Peer(2).Confirms(1, 0));
        node.Peer(2).Takes<AppendEntries>().PreviousIndex.ShouldBe(0);
    }

    [Fact]
    public void A_follower_that_acknowledges_late_is_not_sent_everything_twice()
    {
        var node = SettledLeader();
        node.Propose(1, 2, 3);
        node.Peer(2).Takes();
        var again = new List<AppendEntries>();
        for (var beat = 0; beat < 20; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            node.Hear(node.Peer(2).Confirms(1, beat));
            node.Hear(node.Peer(3).Confirms(1, beat));
            again.AddRange(node.Peer(2).Takes().OfType<AppendEntries>());
        }

        again.ShouldAllBe(a => a.Entries.IsEmpty && a.PreviousIndex == 4);
        again.Count.ShouldBeInRange(1, 4);
    }

    [Fact]
    public void A_lost_connection_sends_the_leader_back_to_what_is_known_to_match()
    {
        var node = SettledLeader();
        node.Propose(1);
        node.Propose(2);
        node.Peer(2).Takes();
        node.Turn(new Unreachable(CoreCluster.Id(2)));
        node.Propose(3);
        node.Peer(2).Takes().ShouldBeEmpty();
        node.Hear(node.Peer(2).Confirms(1, 1));
        var append = node.Peer(2).Takes<AppendEntries>();
        append.PreviousIndex.ShouldBe(1);
        append.Entries.Length.ShouldBe(3);
    }

    [Fact]
    public void A_silent_follower_is_not_sent_entries_it_cannot_take()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        for (var beat = 0; beat < 10; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            node.Hear(node.Peer(3).Confirms(1, beat));
        }

        node.Peer(2).Takes();
        node.Turn(new Unreachable(CoreCluster.Id(2)));
        node.Propose(1);
        node.Peer(2).Takes().ShouldBeEmpty();
    }

    [Fact]
    public void Followers_in_step_are_sent_the_one_batch()
    {
        var node = SettledLeader();
        node.Propose(1, 2);
        var appends = node.Cluster.Sent<AppendEntries>().ToList();
        appends.Count.ShouldBe(2);
        (appends[0].Entries == appends[1].Entries).ShouldBeTrue("copied once");
    }

    private static CoreNode SettledLeader(Func<RaftOptions, RaftOptions>? configure = null)
    {
        var node = CoreCluster.Of(3, configure)[1];
        Candidates.MakeSettledLeader(node);
        return node;
    }
}
