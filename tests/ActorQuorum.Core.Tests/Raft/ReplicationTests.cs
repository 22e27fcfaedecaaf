using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §5.3, the follower's side: consistency check, conflicts, duplicates.</summary>
public sealed class ReplicationTests
{
    [Fact]
    public void Entries_behind_a_matching_one_are_appended()
    {
        var node = CoreCluster.Of(3, _ => [1, 1])[1];
        node.Hear(node.Peer(2).Appends(1, 2, 1, [1, 1]));
        node.Sync();
        node.LogTerms.ShouldBe([1, 1, 1, 1]);
        node.Peer(2).Takes<AppendEntriesReply>().ShouldBe(
            new AppendEntriesReply(0, node.Id, CoreCluster.Id(2), 1, CoreCluster.IncarnationOf(1), true, 4, 0, 0, true));
    }

    [Theory]
    [InlineData(3, 1, "a gap")]
    [InlineData(2, 2, "another term at the previous index")]
    public void Entries_behind_a_previous_one_that_is_not_there_are_refused(long previousIndex, long previousTerm, string case_)
    {
        var node = CoreCluster.Of(3, _ => [1, 1], _ => 2)[1];
        node.Hear(node.Peer(2).Appends(2, previousIndex, previousTerm, [2]));
        node.LogTerms.ShouldBe([1, 1], case_);
        node.Disk.ShouldBeEmpty();
        var reply = node.Peer(2).Takes<AppendEntriesReply>();
        reply.IsSuccess.ShouldBeFalse();
        reply.MatchIndex.ShouldBe(previousIndex);
        reply.HintIndex.ShouldBe(2);
        reply.HintTerm.ShouldBe(1);
    }

    [Fact]
    public void A_conflicting_entry_goes_with_all_that_follow_it()
    {
        var node = CoreCluster.Of(3, _ => [1, 2, 2, 2])[1];
        node.Hear(node.Peer(2).Appends(3, 1, 1, [3]));
        node.LogTerms.ShouldBe([1, 3]);
        node.Sync();
        node.Entries.Select(e => e.Term).ShouldBe([1, 3]);
    }

    [Fact]
    public void Entries_that_are_there_already_stay()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1, 1])[1];
        node.Hear(node.Peer(2).Appends(1, 1, 1, [1]));
        node.LogTerms.ShouldBe([1, 1, 1, 1], "a late AppendEntries does not shorten the log");
        node.Disk.ShouldBeEmpty();
    }

    [Fact]
    public void An_empty_append_truncates_nothing_and_verifies_only_its_previous_entry()
    {
        var node = CoreCluster.Of(3, _ => [1, 1, 1])[1];
        node.Hear(node.Peer(2).Appends(2, 1, 1, [], commit: 3));
        node.Sync();
        node.LogTerms.ShouldBe([1, 1, 1]);
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(1);
        node.CommitIndex.ShouldBe(1);
    }

    [Fact]
    public void Duplicated_and_reordered_appends_do_no_harm()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 1)[1];
        var first = node.Peer(2).Appends(1, 0, 0, [1, 1], commit: 1);
        var second = node.Peer(2).Appends(1, 2, 1, [1, 1], commit: 3);
        foreach (var word in new[] { second, first, first, second, second, first })
        {
            node.Hear(word);
            node.Sync();
        }

        node.LogTerms.ShouldBe([1, 1, 1, 1]);
        node.CommitIndex.ShouldBe(3);
        var replies = node.Peer(2).Takes().OfType<AppendEntriesReply>().ToList();
        replies[0].IsSuccess.ShouldBeFalse();
        replies.Skip(1).Select(r => r.MatchIndex).ShouldBe([2, 2, 4, 4, 4]);
    }

    [Fact]
    public void An_append_of_a_deposed_leader_is_refused_even_if_it_would_fit()
    {
        var node = CoreCluster.Of(3, _ => [1], _ => 3)[1];
        node.Hear(node.Peer(2).Appends(2, 1, 1, [2]));
        node.LogTerms.ShouldBe([1]);
        var reply = node.Peer(2).Takes<AppendEntriesReply>();
        reply.IsSuccess.ShouldBeFalse();
        reply.Term.ShouldBe(3);
    }

    [Fact]
    public void All_appends_of_a_turn_are_acknowledged_once()
    {
        var node = CoreCluster.Of(3, _ => [], _ => 1)[1];
        node.Hear(node.Peer(2).Appends(1, 0, 0, [1]), node.Peer(2).Appends(1, 1, 1, [1]), node.Peer(2).Appends(1, 2, 1, [1]));
        node.Disk.Count.ShouldBe(1);
        node.Sync();
        node.Peer(2).Takes<AppendEntriesReply>().MatchIndex.ShouldBe(3);
    }

    [Fact]
    public void Two_truncations_in_one_turn_reach_the_disk_as_one()
    {
        var node = CoreCluster.Of(3, _ => [1, 2, 2, 2])[1];
        node.Hear(node.Peer(2).Appends(3, 3, 2, [3]), node.Peer(3).Appends(4, 1, 1, [4, 4]));
        node.LogTerms.ShouldBe([1, 4, 4]);
        var persist = node.Disk.ShouldHaveSingleItem();
        persist.TruncateFrom.ShouldBe(2);
        persist.Entries.Select(e => e.Term).ShouldBe([4, 4]);
        node.Sync();
        node.Peer(2).Takes().OfType<AppendEntriesReply>().ShouldNotContain(r => r.IsSuccess, "what the older leader's message brought is gone");
    }

    [Fact]
    public void A_client_is_refused_by_who_does_not_lead()
    {
        var node = CoreCluster.Of(3)[1];
        node.Propose(1);
        node.Read(2);
        Candidates.MakeCandidate(node);
        node.Propose(3);
        node.Refused.ShouldBe([1, 2, 3]);
        node.Core.Log.LastIndex.ShouldBe(0);
    }

    [Fact]
    public void A_proposal_is_told_where_it_stands()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(7, 8);
        node.Accepted.ShouldBe([new(7, 2, 1), new(8, 3, 1)]);
    }
}
