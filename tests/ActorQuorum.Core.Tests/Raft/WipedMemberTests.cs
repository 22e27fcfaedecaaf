using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>
/// DESIGN "Identity" while members come and go and logs are compacted: each way in which a lost directory could vote, or count, a second time.
/// What a fixed membership allows stands in <see cref="IdentityTests"/>.
/// </summary>
[Trait("Row", "CO-3")]
[Trait("Row", "RN-5")]
public sealed class WipedMemberTests
{
    [Fact]
    public void A_wiped_newcomer_is_bound_anew_before_it_is_promoted()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Attach(4, 5));
        cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(1));
        leader.Core.Membership.BindingOf(CoreCluster.Id(4)).ShouldBe(4000ul);
        var wiped = cluster[4].Wipe();
        cluster.Join();
        cluster.RunUntil(() => VotersOf(leader).Length == 5);
        leader.Core.Membership.BindingOf(wiped.Id).ShouldBe(4001ul, "who votes is the directory that is there");
        wiped.Core.IsProven.ShouldBeTrue();
    }

    [Fact]
    public void A_learner_that_was_wiped_is_not_ready_to_vote_until_its_new_directory_is_bound()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Change(7, Learn(4));
        Commit(node);
        var (lost, found) = (node.Peer(4) with { Incarnation = 4000 }, node.Peer(4) with { Incarnation = 4001 });
        node.Hear(lost.Introduces(FoundingPhase.Gathering));
        Commit(node);
        node.Hear(InSession(lost.Acknowledges(1, 3), 2));
        Beat(node);
        node.Hear(InSession(found.Confirms(1, 0, isProven: false), 2));
        node.Change(8, Promote(4));
        node.ChangesRefused.ShouldHaveSingleItem().Refusal.ShouldBe(MembershipRefusal.LearnerNotReady);
        node.Hear(InSession(lost.Acknowledges(1, 3), 2));
        node.Change(9, Promote(4));
        node.ChangesRefused.Count.ShouldBe(2, "a late word of the lost directory");
        node.Hear(found.Introduces(FoundingPhase.Gathering));
        Commit(node);
        node.Hear(InSession(found.Acknowledges(1, 4), 2));
        node.Change(10, Promote(4));
        node.Core.Membership.IsJoint.ShouldBeTrue();
    }

    [Fact]
    public void One_that_is_wiped_while_it_is_being_promoted_neither_votes_nor_counts()
    {
        var node = CoreCluster.From(4, n => new(
            new(1, MemberId.None, true, CoreCluster.View(3)), [EntryOf(1, 1, Joint([1, 2, 3], [1, 2, 3, 4]))]))[1];
        node.Cluster.PassDeadline(node);
        node.Hear((node.Peer(4) with { Incarnation = 4001 }).Votes(1, isPreVote: true), node.Peer(2).Votes(1, isPreVote: true));
        node.Role.ShouldBe(Role.PreCandidate, "1 and 2 are two of four");
        node.Hear(node.Peer(3).Votes(1, isPreVote: true));
        node.Sync();
        node.Hear((node.Peer(4) with { Incarnation = 4001 }).Votes(2), node.Peer(2).Votes(2));
        node.Role.ShouldBe(Role.Candidate);
        node.Hear(node.Peer(3).Votes(2));
        node.Role.ShouldBe(Role.Leader);
        node.Sync();
        node.Hear((node.Peer(4) with { Incarnation = 4001 }).Acknowledges(2, 2, isProven: false), node.Peer(2).Acknowledges(2, 2));
        node.CommitIndex.ShouldBe(0);
    }

    [Fact]
    public void A_voter_that_is_wiped_in_the_joint_phase_is_bound_once_that_is_over()
    {
        var cluster = CoreCluster.Of(5);
        var leader = cluster.Elect(1);
        cluster.Settle();
        var wiped = cluster[3].Wipe();
        leader.Change(7, Detach(5));
        leader.Core.Membership.IsJoint.ShouldBeTrue();
        wiped.Hear(wiped.Peer(2).AsksVote(9, 99, 9));
        wiped.Sync();
        cluster.Sent<RequestVoteReply>(r => r.From == wiped.Id).ShouldAllBe(r => !r.IsGranted);
        cluster.Drop(m => m is RequestVoteReply);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader && n.Core.Membership.BindingOf(wiped.Id) == 3001) && wiped.Core.IsProven);
        VotersOf(wiped).ShouldBe([1, 2, 3, 4]);
    }

    [Fact]
    public void In_the_joint_phase_nobody_is_bound()
    {
        var node = CoreCluster.Of(5)[1];
        Candidates.MakeSettledLeader(node);
        Beat(node);
        node.Change(7, Detach(5));
        node.Hear((node.Peer(3) with { Incarnation = 3001 }).Introduces(FoundingPhase.Gathering));
        node.Core.Membership.BindingOf(CoreCluster.Id(3)).ShouldBe(3000ul, "one change at a time");
    }

    [Fact]
    public void A_founder_that_was_wiped_is_no_founder_though_the_founders_entry_is_compacted_everywhere()
    {
        var cluster = Compacted(CoreCluster.Of(3, o => o with { TrailingEntries = 0 }));
        cluster.Nodes.ShouldAllBe(n => n.Core.Log.BaseIndex > 1);
        var wiped = cluster[3].Wipe();
        cluster.Isolate(cluster[1]);
        cluster.Run(TimeSpan.FromSeconds(2));
        wiped.Core.IsProven.ShouldBeFalse("nobody binds it");
        wiped.Core.IsReplaced.ShouldBeTrue("it was told who the founders were");
        cluster.Nodes.ShouldAllBe(n => n.Role != Role.Leader || n.Id == CoreCluster.Id(1));
        cluster.Rejoin(cluster[1]);
        cluster.Run(TimeSpan.FromSeconds(3));
        wiped.Core.IsProven.ShouldBeTrue();
    }

    [Fact]
    public void A_member_proven_by_a_snapshot_passes_on_the_founders_view_that_it_carried()
    {
        var cluster = Compacted(CoreCluster.Of(3, o => o with { TrailingEntries = 0 }));
        var leader = cluster.Nodes.Single(n => n.Role == Role.Leader);
        var wiped = cluster[3].Wipe();
        cluster.Run(TimeSpan.FromSeconds(2));
        wiped.Snapshot.Index.ShouldBeGreaterThan(0);
        wiped.State.Founding.ShouldBe(CoreCluster.View(3));
        wiped.Core.IsProven.ShouldBeTrue();
        leader.Core.Membership.BindingOf(wiped.Id).ShouldBe(3001ul);
    }

    /// <summary>It held the binding of its term in a snapshot, and restarts: whom the lost directory elected in that term it cannot know.</summary>
    [Fact]
    public void One_that_restarts_between_a_snapshot_and_its_proof_votes_for_nobody_but_the_leader_of_the_term()
    {
        var bound = new Membership(CoreCluster.View(3)).Bind(CoreCluster.Id(3), 3001);
        var cluster = CoreCluster.Of(3);
        var node = cluster.Replace(
            cluster[3], new(HardState.Initial with { Term = 5 }, []) { Snapshot = new(4, 5, bound, CoreCluster.View(3)) }, 3001);
        node.Turn();
        node.Sync();
        node.Hear(node.Peer(2).AsksVote(5, 9, 5));
        node.Sync();
        node.Peer(2).Takes<RequestVoteReply>().IsGranted.ShouldBeFalse();
        node.Core.IsProven.ShouldBeFalse();
        node.Hear(node.Peer(1).Beats(5));
        node.Core.IsProven.ShouldBeTrue();
        node.Core.Vote.ShouldBe(CoreCluster.Id(1));
    }

    [Fact]
    public void A_learner_in_memory_that_restarts_again_and_again_is_bound_again_and_again()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Learn(4));
        cluster.Join();
        for (var restart = 0; restart < 3; restart++)
        {
            cluster[4].Wipe().Core.IsProven.ShouldBeFalse();
            cluster.Run(TimeSpan.FromSeconds(1));
            cluster[4].Core.IsProven.ShouldBeTrue();
            leader.Core.Membership.BindingOf(CoreCluster.Id(4)).ShouldBe(cluster[4].Options.Incarnation);
        }
    }

    [Fact]
    public void One_that_was_removed_and_added_again_may_come_with_an_older_directory_and_the_later_ones_votes_do_not_count()
    {
        var cluster = CoreCluster.Of(4);
        var leader = cluster.Elect(1);
        var older = new DurableState(cluster[4].State, [.. cluster[4].Entries]);
        cluster[4].Wipe();
        cluster.Run(TimeSpan.FromSeconds(1));
        leader.Core.Membership.BindingOf(CoreCluster.Id(4)).ShouldBe(4001ul);
        leader.Change(7, Detach(4));
        cluster.Settle();
        cluster[4].IsUp = false;
        leader.Change(8, Learn(4));
        cluster.Settle();
        leader.Core.Membership.BindingOf(CoreCluster.Id(4)).ShouldBe(0ul);

        // The directory that was lost once turns up: proven, and with the votes of its day, but without those of the one that followed it. It
        // is a newcomer like any other, and what the later one voted counts for nobody whose log has it bound.
        var found = cluster.Replace(cluster[4], older, 4000);
        cluster.Run(TimeSpan.FromSeconds(2));
        leader.Core.Membership.BindingOf(found.Id).ShouldBe(4000ul);
        LearnersOf(leader).ShouldBe([4]);
        leader.Change(9, Promote(4));
        cluster.Settle();
        VotersOf(leader).ShouldBe([1, 2, 3, 4]);
        cluster[3].IsUp = cluster[4].IsUp = leader.IsUp = false;
        var candidate = cluster[2];
        cluster.PassDeadline(candidate);
        candidate.Hear(
            candidate.Peer(3).Votes(candidate.Term, isPreVote: true), (candidate.Peer(4) with { Incarnation = 4001 }).Votes(candidate.Term, isPreVote: true));
        candidate.Role.ShouldBe(Role.PreCandidate, "two of four");
    }

    [Fact]
    public void One_that_was_removed_and_added_again_with_the_directory_it_always_had_is_bound_and_promoted()
    {
        var cluster = CoreCluster.Of(4);
        var leader = cluster.Elect(1);
        leader.Change(7, Detach(4));
        cluster.Settle();
        leader.Change(8, Attach(4));
        cluster.Run(TimeSpan.FromSeconds(2));
        VotersOf(leader).ShouldBe([1, 2, 3, 4]);
        leader.Core.Membership.BindingOf(CoreCluster.Id(4)).ShouldBe(4000ul);
    }

    /// <summary>etcd's API gives no name with the address: the member brings it.</summary>
    [Fact]
    public void One_that_was_removed_and_added_again_without_a_name_brings_it_with_the_directory_it_always_had()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        Grow(cluster, leader, 1);
        leader.Change(7, Detach(4));
        cluster.Settle();
        leader.Change(8, new AddLearners([new(CoreCluster.Id(4), new("", "n4:7101", ""))]));
        cluster.Run(TimeSpan.FromSeconds(2));
        leader.Core.Membership.BindingOf(CoreCluster.Id(4)).ShouldBe(4000ul);
        leader.Core.Membership.Find(CoreCluster.Id(4))!.Contact.ShouldBe(CoreCluster.NewcomerOf(4).Contact);
    }

    /// <summary>Alone in its file, a node founds its cluster at once; but its cluster has grown meanwhile.</summary>
    [Fact]
    public void The_only_founder_of_a_cluster_that_grew_counts_for_nothing_with_another_disk()
    {
        var cluster = CoreCluster.Fresh(1);
        cluster.RunUntil(() => cluster[1].Role == Role.Leader);
        Grow(cluster, cluster[1], 2);
        cluster[1].IsUp = false;
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.IsUp && n.Role == Role.Leader));
        var leader = cluster.Nodes.Single(n => n.IsUp && n.Role == Role.Leader);
        leader.Propose(50);
        cluster.Run(TimeSpan.FromSeconds(1));
        var wiped = cluster[1].Wipe();
        wiped.Core.IsProven.ShouldBeTrue("it knows of nobody else");
        var before = leader.Core.Log.LastIndex;
        cluster.Settle();
        cluster.Pass(CoreCluster.Heartbeat * 2, leader);
        cluster.Settle();
        wiped.Core.IsFoundedElsewhere.ShouldBeTrue();
        wiped.Core.Log.LastIndex.ShouldBe(0, "it takes nothing that belongs to another founding");
        leader.Core.Log.LastIndex.ShouldBe(before);
        leader.Core.Membership.BindingOf(wiped.Id).ShouldBe(1000ul);
        cluster.Nodes.Single(n => n.Id.Value > 1 && n != leader).IsUp = false;
        leader.Propose(51);
        cluster.Run(CoreCluster.Timeout / 2);
        leader.CommitIndex.ShouldBe(before);
    }

    [Fact]
    public void Founders_that_were_wiped_found_no_second_cluster_while_the_first_one_is_heard()
    {
        var cluster = CoreCluster.Of(2);
        var leader = cluster.Elect(1);
        Grow(cluster, leader, 3);
        leader.Change(7, Detach(2));
        cluster.Settle();
        leader.IsUp = false;
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.IsUp && n.Role == Role.Leader));
        var wiped = cluster[1].Wipe();
        cluster.RunUntil(() => !wiped.Core.Leader.IsNone);
        cluster[2].Wipe();
        cluster.Run(TimeSpan.FromSeconds(3));
        cluster.Nodes.Count(n => n.Role == Role.Leader).ShouldBe(1);
        cluster[2].Core.IsProven.ShouldBeFalse();
        wiped.Core.IsProven.ShouldBeTrue("bound by the cluster that is there");
        wiped.Core.Membership.Members.Length.ShouldBe(4);
    }

    [Fact]
    public void Who_has_heard_a_leader_founds_nothing_with_others_that_were_wiped()
    {
        var cluster = CoreCluster.Of(2);
        foreach (var hasHeard in new[] { false, true })
        {
            var wiped = cluster[1].Wipe();
            var view = new Member[] { new(wiped.Id, wiped.Options.Incarnation), new(CoreCluster.Id(2), 2001) };
            if (hasHeard) wiped.Hear(wiped.Peer(3).Beats(7));
            var other = wiped.Peer(2) with { Incarnation = 2001 };
            wiped.Hear(other.Introduces(FoundingPhase.Gathering), other.Introduces(FoundingPhase.Prepared, view));
            wiped.Core.IsProven.ShouldBe(!hasHeard, "what is left of a cluster that was lost may be founded anew");
        }
    }

    [Fact]
    public void Answers_of_another_session_are_void()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        node.Change(7, Learn(4));
        Commit(node);
        var member = node.Peer(4) with { Incarnation = 4000 };
        node.Hear(member.Introduces(FoundingPhase.Gathering));
        Commit(node);
        node.Hear(InSession(member.Acknowledges(1, 3), 2));
        node.Core.Followers.Single(f => f.Id == member.Id).MatchIndex.ShouldBe(3);
        node.Change(8, Detach(4));
        Commit(node);
        node.Change(9, Learn(4));
        Commit(node);
        var again = node.Core.Followers.Single(f => f.Id == member.Id);
        again.Session.ShouldBe(5);
        node.Hear(InSession(member.Acknowledges(1, 3), 2), InSession(member.Confirms(1, 1), 2));
        again.MatchIndex.ShouldBe(0, "said before it was removed");
        again.Incarnation.ShouldBe(0ul);
        node.Hear(InSession(member.Confirms(1, 1), 5));
        again.Incarnation.ShouldBe(4000ul);
    }

    [Fact]
    public void A_follower_repeats_the_session_in_every_answer()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).Beats(1) with { Session = 7 });
        node.Hear(node.Peer(2).Appends(1, 0, 0, [1]) with { Session = 7 });
        node.Sync();
        node.Hear(node.Peer(2).Appends(1, 9, 1, []) with { Session = 8 });
        var answers = node.Peer(2).Takes();
        answers.OfType<HeartbeatReply>().ShouldHaveSingleItem().Session.ShouldBe(7);
        answers.OfType<AppendEntriesReply>().Select(a => a.Session).ShouldBe([7, 8]);
    }

    private static AppendEntriesReply InSession(AppendEntriesReply reply, long session) => reply with { Session = session };

    private static HeartbeatReply InSession(HeartbeatReply reply, long session) => reply with { Session = session };

    /// <summary>All that the leader holds is durable here and at 2 and 3.</summary>
    private static void Commit(CoreNode node)
    {
        node.Sync();
        foreach (var number in new[] { 2, 3 }) node.Hear(node.Peer(number).Acknowledges(node.Term, node.Core.Log.LastIndex));
        node.CommitIndex.ShouldBe(node.Core.Log.LastIndex);
    }

    private static void Beat(CoreNode node)
    {
        foreach (var voter in node.Core.Membership.Voters)
            if (voter.Id != node.Id)
                node.Hear(node.Peer((int)voter.Id.Value).Confirms(node.Term, 0));
    }

    /// <summary>A leader is elected, something is written, and everybody's log is compacted.</summary>
    private static CoreCluster Compacted(CoreCluster cluster)
    {
        cluster.Elect(1).Propose(1, 2, 3);
        cluster.Run(TimeSpan.FromSeconds(1));
        foreach (var node in cluster.Nodes) node.TakeSnapshot();
        cluster.Settle();
        return cluster;
    }
}
