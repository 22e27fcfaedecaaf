using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §5.3: a leader finds where a follower's log agrees, and a follower's answer skips a term at a time.</summary>
[Trait("Row", "RP-6")]
public sealed class BackOffTests
{
    private static readonly long[] Figure7Leader = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];

    public static TheoryData<string, long[]> Figure7 => new()
    {
        { "a", [1, 1, 1, 4, 4, 5, 5, 6, 6] },
        { "b", [1, 1, 1, 4] },
        { "c", [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6] },
        { "d", [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7] },
        { "e", [1, 1, 1, 4, 4, 4, 4] },
        { "f", [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3] },
    };

    [Theory]
    [MemberData(nameof(Figure7))]
    public void Each_follower_of_figure_7_is_brought_to_the_leaders_log(string follower, long[] terms)
    {
        // Member 3 holds nothing that could deny the vote; the leader of term 8 needs only its own and that one.
        var cluster = CoreCluster.Of(3, n => n switch { 1 => Figure7Leader, 2 => terms, _ => [] }, _ => 7);
        var probes = 0;
        cluster.Isolate(cluster[2]);
        cluster.Elect(1);
        cluster[1].Term.ShouldBe(8);
        cluster.Rejoin(cluster[2]);
        cluster.Watch = node =>
        {
            if (node.Id == cluster[1].Id) probes = Math.Max(probes, cluster.Sent<AppendEntries>(a => a.To == cluster[2].Id).Count());
        };
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[2].LogTerms.ShouldBe([.. Figure7Leader, 8], follower);
        Logs.Text(cluster[2].Entries).ShouldBe(Logs.Text(cluster[1].Entries));
        cluster[2].CommitIndex.ShouldBe(11);
        probes.ShouldBeLessThanOrEqualTo(2, "while it is unknown where the logs agree, one message at a time is out");
    }

    [Theory]
    [MemberData(nameof(Figure7))]
    public void A_leader_needs_no_more_probes_than_the_logs_have_terms(string follower, long[] terms)
    {
        var node = CoreCluster.Of(3, n => n == 1 ? Figure7Leader : terms, _ => 7)[1];
        var other = node.Cluster[2];
        Candidates.MakeCandidate(node);
        node.Sync();
        node.Cluster.Drop();
        node.Hear(node.Peer(3).Votes(8));
        node.Sync();
        var refusals = 0;
        for (; other.Core.Log.LastIndex != 11 || other.Core.Log.LastTerm != 8; refusals++)
        {
            refusals.ShouldBeLessThan(5, follower);
            node.Cluster.Deliver(m => m.To == other.Id);
            other.Sync();
            node.Cluster.Deliver(m => m.From == other.Id);
        }

        other.LogTerms.ShouldBe([.. Figure7Leader, 8]);
    }

    [Fact]
    public void A_refusal_names_the_last_place_where_the_logs_may_agree()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3], _ => 8)[1];
        node.Hear(node.Peer(2).Appends(8, 10, 1, []));
        var reply = node.Peer(2).Takes<AppendEntriesReply>();
        (reply.IsSuccess, reply.MatchIndex, reply.HintIndex, reply.HintTerm).ShouldBe((false, 10, 3, 1));
    }

    [Fact]
    public void A_leader_skips_its_own_terms_that_the_follower_cannot_hold()
    {
        // Figure 7's follower e: its last term is 4, so nothing of terms 5 and 6 can be there.
        var node = LeaderOf(Figure7Leader);
        node.Hear(node.Peer(2).Refuses(8, 10, 7, 4));
        node.Sync();
        node.Peer(2).Takes<AppendEntries>().PreviousIndex.ShouldBe(5);
    }

    [Fact]
    public void A_refusal_that_answers_no_probe_of_now_is_stale()
    {
        var node = LeaderOf(Figure7Leader);
        var peer = node.Peer(2);
        node.Hear(peer.Refuses(8, 10, 5, 4));
        peer.Takes<AppendEntries>().PreviousIndex.ShouldBe(5);
        node.Hear(peer.Refuses(8, 10, 5, 4));
        peer.Takes().ShouldBeEmpty();
        node.Hear(peer.Acknowledges(8, 11));
        node.Hear(peer.Refuses(8, 10, 5, 4));
        peer.Takes().ShouldBeEmpty();
        node.Core.Followers[0].MatchIndex.ShouldBe(11);
        node.Core.Followers[0].IsProbing.ShouldBeFalse();
    }

    [Fact]
    public void A_late_acknowledgement_never_lowers_what_is_known_to_match()
    {
        var node = LeaderOf(Figure7Leader);
        node.Hear(node.Peer(2).Acknowledges(8, 11));
        node.Hear(node.Peer(2).Acknowledges(8, 4));
        node.Core.Followers[0].MatchIndex.ShouldBe(11);
        node.Core.Followers[0].NextIndex.ShouldBe(12);
    }

    /// <summary>A leader of term 8 with this log and its first entry behind it; its probes at index 10 were sent.</summary>
    private static CoreNode LeaderOf(long[] terms)
    {
        var node = CoreCluster.Of(3, n => n == 1 ? terms : [], _ => 7)[1];
        Candidates.MakeLeader(node);
        return node;
    }
}
