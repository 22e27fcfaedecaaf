using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>DESIGN "Identity": a data directory that was lost took its vote and its acknowledgements with it.</summary>
[Trait("Row", "RN-5")]
public sealed class IdentityTests
{
    [Fact]
    public void A_wiped_member_follows_and_is_proven_by_an_entry_committed_without_it()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Propose(1);
        cluster.Settle();
        var wiped = cluster[3].Wipe();
        wiped.Core.IsProven.ShouldBeFalse();
        cluster.Run(TimeSpan.FromSeconds(1));
        wiped.Core.IsProven.ShouldBeTrue();
        wiped.State.Proven.ShouldBeTrue();
        leader.Core.Membership.BindingOf(wiped.Id).ShouldBe(wiped.Options.Incarnation);
        Logs.Text(wiped.Entries).ShouldBe(Logs.Text(leader.Entries));
        leader.Term.ShouldBe(1);
    }

    [Fact]
    public void A_wiped_member_counts_again_once_it_is_proven()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        cluster[3].Wipe();
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[2].IsUp = false;
        leader.Propose(1);
        cluster.Settle();
        leader.CommitIndex.ShouldBe(leader.Core.Log.LastIndex);
        leader.IsUp = false;
        cluster[2].IsUp = true;
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.IsUp && n.Role == Role.Leader));
    }

    [Fact]
    public void While_a_quorum_without_it_is_not_to_be_had_a_wiped_member_is_not_proven()
    {
        var cluster = CoreCluster.Of(3);
        cluster.Elect(1);
        cluster[2].IsUp = false;
        var wiped = cluster[3].Wipe();
        cluster.Run(TimeSpan.FromSeconds(3));
        wiped.Core.IsProven.ShouldBeFalse();
        cluster.Nodes.ShouldAllBe(n => n.Role != Role.Leader || !n.IsUp);
        cluster[2].IsUp = true;
        cluster.Run(TimeSpan.FromSeconds(3));
        wiped.Core.IsProven.ShouldBeTrue();
    }

    [Fact]
    public void An_unproven_member_does_not_vote_nor_would_it()
    {
        foreach (var isPreVote in new[] { true, false })
        {
            var node = Unproven(3);
            node.Hear(node.Peer(2).AsksVote(7, 9, 6, isPreVote));
            node.Sync();
            node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        }
    }

    [Fact]
    public void An_unproven_member_does_not_campaign_not_even_when_told_to()
    {
        var node = Unproven(3);
        node.Cluster.Pass(TimeSpan.FromSeconds(3), node);
        node.Hear(node.Peer(2).Beats(1));
        node.Hear(node.Peer(2).HandsOver(1));
        node.Role.ShouldBe(Role.Follower);
    }

    [Fact]
    public void An_unproven_member_says_so_in_every_answer()
    {
        var node = Unproven(3);
        node.Hear(node.Peer(2).Beats(1));
        node.Hear(node.Peer(2).Appends(1, 0, 0, [1]));
        node.Sync();
        var answers = node.Peer(2).Takes();
        answers.OfType<HeartbeatReply>().ShouldHaveSingleItem().IsProven.ShouldBeFalse();
        answers.OfType<AppendEntriesReply>().ShouldHaveSingleItem().IsProven.ShouldBeFalse();
    }

    [Fact]
    public void An_unproven_members_acknowledgement_commits_nothing()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(node);
        node.Hear(node.Peer(2).Acknowledges(1, 1, isProven: false));
        node.CommitIndex.ShouldBe(0);
        node.Hear(node.Peer(2).Confirms(1, 1, isProven: true));
        node.CommitIndex.ShouldBe(1, "what it acknowledged counts once it is proven");
    }

    [Fact]
    public void A_directory_that_the_log_does_not_bind_commits_nothing()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(node);
        node.Hear((node.Peer(2) with { Incarnation = 2001 }).Acknowledges(1, 1));
        node.CommitIndex.ShouldBe(0);
        node.Hear((node.Peer(3) with { Incarnation = 2999 }).Acknowledges(1, 1));
        node.CommitIndex.ShouldBe(0);
    }

    [Fact]
    public void Votes_of_a_directory_that_the_log_does_not_bind_do_not_count()
    {
        foreach (var isPreVote in new[] { true, false })
        {
            var node = CoreCluster.Of(3)[1];
            if (isPreVote) Candidates.MakePreCandidate(node);
            else Candidates.MakeCandidate(node);
            node.Sync();
            var role = node.Role;
            node.Hear((node.Peer(2) with { Incarnation = 2001 }).Votes(node.Term, isPreVote: isPreVote));
            node.Hear((node.Peer(3) with { Incarnation = 2999 }).Votes(node.Term, isPreVote: isPreVote));
            node.Role.ShouldBe(role);
        }
    }

    [Fact]
    public void What_the_lost_directory_held_says_nothing_about_the_new_one()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Propose(1, 2);
        var follower = node.Core.Followers[0];
        node.Hear(node.Peer(2).Acknowledges(1, 3));
        follower.MatchIndex.ShouldBe(3);
        node.Cluster.Drop();
        node.Hear((node.Peer(2) with { Incarnation = 2001 }).Confirms(1, 1, isProven: false));
        follower.MatchIndex.ShouldBe(0);
        follower.ConfirmedRound.ShouldBe(1);
        follower.IsProbing.ShouldBeTrue();
        node.Hear(node.Peer(2).Acknowledges(1, 3));
        follower.MatchIndex.ShouldBe(0, "a late word of the lost directory");
    }

    [Fact]
    public void A_lost_directorys_acknowledgement_no_longer_counts_once_another_is_bound()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Hear((node.Peer(2) with { Incarnation = 2001 }).Introduces(FoundingPhase.Gathering));
        node.Core.Membership.BindingOf(CoreCluster.Id(2)).ShouldBe(2001ul);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(1);
        node.Hear(node.Peer(3).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(2);
    }

    [Fact]
    public void One_arrival_is_bound_at_a_time_and_none_twice_or_backwards()
    {
        var node = CoreCluster.Of(5)[1];
        Candidates.MakeSettledLeader(node);
        node.Hear((node.Peer(2) with { Incarnation = 2001 }).Introduces(FoundingPhase.Gathering));
        node.Hear((node.Peer(2) with { Incarnation = 2001 }).Introduces(FoundingPhase.Gathering));
        node.Hear((node.Peer(3) with { Incarnation = 3001 }).Introduces(FoundingPhase.Gathering));
        node.Core.Log.LastIndex.ShouldBe(2);
        node.Sync();
        node.Hear(node.Peer(4).Acknowledges(1, 2));
        node.Hear(node.Peer(5).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(2);
        node.Hear(node.Peer(2).Introduces(FoundingPhase.Gathering));
        node.Core.Log.LastIndex.ShouldBe(2, "the older directory");
        node.Hear((node.Peer(3) with { Incarnation = 3001 }).Introduces(FoundingPhase.Gathering));
        node.Core.Log.LastIndex.ShouldBe(3);
    }

    [Fact]
    public void A_binding_proves_only_once_it_is_committed_and_durable_here()
    {
        var node = Unproven(3);
        var binding = Binding(node, 1);
        node.Hear(binding);
        node.Sync();
        node.Core.IsProven.ShouldBeFalse("not known to be committed");
        node.Hear(binding with { CommitIndex = 1 });
        node.Core.IsProven.ShouldBeTrue();

        node = Unproven(3);
        node.Hear(Binding(node, 1) with { CommitIndex = 1 });
        node.Core.IsProven.ShouldBeFalse("not durable");
        node.Sync();
        node.Core.IsProven.ShouldBeTrue();
    }

    [Fact]
    public void A_binding_of_another_directory_proves_nobody()
    {
        var node = Unproven(3);
        node.Hear(Binding(node, 1, incarnation: 1000) with { CommitIndex = 1 });
        node.Sync();
        node.Core.IsProven.ShouldBeFalse();
    }

    [Fact]
    public void A_proven_members_vote_of_the_term_belongs_to_the_leader_it_follows()
    {
        var node = Unproven(3);
        node.Hear(Binding(node, 4) with { CommitIndex = 1 });
        node.Sync();
        node.Core.Vote.ShouldBe(CoreCluster.Id(2));
        node.Cluster.Drop();
        node.Cluster.Now += CoreCluster.Timeout * 3;
        node.Hear(node.Peer(3).AsksVote(4, 9, 4));
        node.Sync();
        node.Peer(3).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
    }

    [Fact]
    public void A_member_proven_by_the_log_does_not_pass_off_a_view_that_was_never_founded()
    {
        // It had prepared a view with its new directory when it learned that the cluster was founded without it.
        var founders = new Membership(CoreCluster.View(3));
        var prepared = founders.Bind(CoreCluster.Id(1), 1001).Bind(CoreCluster.Id(3), 3001).Voters;
        var cluster = CoreCluster.Of(3);
        var node = cluster.Replace(cluster[1], new(HardState.Initial with { Founding = prepared }, []), 1001);
        node.Hear(node.Peer(2).Appends(1, 0, 0, [], commit: 2) with
        {
            Entries = [new(1, 1, EntryKind.Configuration, founders.Encode()), new(2, 1, EntryKind.Configuration, founders.Bind(node.Id, 1001).Encode())],
        });
        node.Sync();
        node.Core.IsProven.ShouldBeTrue();
        cluster.Drop();
        node.Hear((node.Peer(3) with { Incarnation = 3001 }).Introduces(FoundingPhase.Gathering));
        node.Sync();
        var introduction = cluster.Sent<Introduction>().ShouldHaveSingleItem();
        introduction.Phase.ShouldBe(FoundingPhase.Proven);
        introduction.View.ShouldBe(founders.Voters, "whoever stands in the prepared view would take itself for a founder, wiped or not");
    }

    [Fact]
    public void A_founder_that_was_never_told_is_told_by_members_that_the_log_proved()
    {
        var cluster = CoreCluster.Of(5);
        cluster.Elect(1);
        var late = cluster.Replace(cluster[5], new(HardState.Initial with { Founding = CoreCluster.View(5) }, []), CoreCluster.IncarnationOf(5));
        late.IsUp = false;
        cluster[2].Wipe();
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[3].Wipe();
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[2].Core.IsProven.ShouldBeTrue();
        cluster[3].Core.IsProven.ShouldBeTrue();
        cluster[1].IsUp = false;
        cluster[4].IsUp = false;
        late.IsUp = true;
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.IsUp && n.Role == Role.Leader));
    }

    [Fact]
    public void A_member_that_the_founders_do_not_know_waits_to_be_bound()
    {
        var node = Unproven(3);
        node.Hear(node.Peer(2).Introduces(FoundingPhase.Proven, [.. CoreCluster.View(3)]));
        node.Hear(node.Peer(2).Introduces(FoundingPhase.Prepared, [.. CoreCluster.View(3)]), node.Peer(3).Introduces(FoundingPhase.Gathering));
        node.Sync();
        node.Core.IsProven.ShouldBeFalse();
        node.State.Founding.ShouldBeEmpty("it takes no part in a founding of the past");
    }

    [Fact]
    public void A_memory_node_that_restarts_again_and_again_is_bound_again_and_again()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        for (var restart = 0; restart < 3; restart++)
        {
            leader.Propose(restart);
            cluster[3].Wipe();
            cluster.Run(TimeSpan.FromSeconds(1));
            cluster[3].Core.IsProven.ShouldBeTrue();
        }

        leader.Role.ShouldBe(Role.Leader);
        Logs.Text(cluster[3].Applied).ShouldBe(Logs.Text(leader.Applied));
    }

    [Fact]
    public void A_wiped_leader_does_not_lead_with_an_empty_log()
    {
        var cluster = CoreCluster.Of(3);
        cluster.Elect(1).Propose(1);
        cluster.Run(CoreCluster.Heartbeat * 2);
        var wiped = cluster[1].Wipe();
        cluster.Run(TimeSpan.FromSeconds(3));
        wiped.Core.IsProven.ShouldBeTrue();
        wiped.Role.ShouldBe(Role.Follower);
        cluster.Nodes.ShouldAllBe(n => n.LogTerms[1] == 1);
    }

    [Fact]
    public void When_a_majority_lost_its_disks_nothing_is_elected()
    {
        var cluster = CoreCluster.Of(3);
        cluster.Elect(1).Propose(1);
        cluster.Settle();
        cluster[1].Wipe();
        cluster[2].Wipe();
        cluster.Run(TimeSpan.FromSeconds(5));
        cluster.Nodes.ShouldAllBe(n => n.Role != Role.Leader);
    }

    [Fact]
    public void A_binding_that_was_never_committed_is_rolled_back_with_its_entry()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Hear((node.Peer(3) with { Incarnation = 3001 }).Introduces(FoundingPhase.Gathering));
        node.Sync();
        node.Core.Membership.BindingOf(CoreCluster.Id(3)).ShouldBe(3001ul);
        node.Hear(node.Peer(2).Appends(2, 1, 1, [2]));
        node.Core.Membership.BindingOf(CoreCluster.Id(3)).ShouldBe(3000ul);
    }

    /// <summary>Member 1 of three, with an empty disk in the place of the one that the cluster was founded with.</summary>
    private static CoreNode Unproven(int members) => CoreCluster.Of(members)[1].Wipe();

    private static AppendEntries Binding(CoreNode node, long term, ulong? incarnation = null)
    {
        var membership = new Membership(CoreCluster.View(3)).Bind(node.Id, incarnation ?? node.Options.Incarnation);
        return node.Peer(2).Appends(term, 0, 0, []) with { Entries = [new Entry(1, term, EntryKind.Configuration, membership.Encode())] };
    }
}
