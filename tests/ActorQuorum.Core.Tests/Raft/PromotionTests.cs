using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §6, dissertation §4.2.1: newcomers learn before they vote, and one that never comes wedges nothing.</summary>
[Trait("Row", "CO-3")]
public sealed class PromotionTests
{
    [Fact]
    public void A_newcomer_is_answered_for_before_its_process_runs()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Attach(4));
        cluster.Settle();
        leader.ChangesDone.ShouldHaveSingleItem().Membership.Find(CoreCluster.Id(4))!.IsPending.ShouldBeTrue();
        VotersOf(leader).ShouldBe([1, 2, 3]);
        cluster.Join();
        cluster.RunUntil(() => VotersOf(leader).Length == 4 && !leader.Core.Membership.IsJoint);
        leader.ChangesDone.Count.ShouldBe(1, "answered once");
    }

    [Fact]
    public void A_learner_neither_votes_nor_counts()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Learn(4));
        var learner = cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(1));
        learner.Core.IsProven.ShouldBeTrue();
        LearnersOf(leader).ShouldBe([4]);
        cluster[2].IsUp = false;
        leader.Propose(8);
        cluster.Settle();
        leader.CommitIndex.ShouldBe(leader.Core.Log.LastIndex);
        cluster[3].IsUp = false;
        leader.Propose(9);
        cluster.Run(TimeSpan.FromSeconds(2));
        leader.CommitIndex.ShouldBeLessThan(leader.Core.Log.LastIndex);
        leader.Role.ShouldNotBe(Role.Leader, "one voter of three and a learner are no quorum");
        learner.RoleChanges.ShouldAllBe(c => c.To == Role.Follower);
    }

    [Fact]
    public void A_learner_forgets_a_leader_that_is_silent()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Learn(4));
        var learner = cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(1));
        learner.Leader().ShouldBe(leader.Id);
        cluster.Isolate(learner);
        cluster.Run(CoreCluster.Timeout * 3);
        learner.Leader().ShouldBe(MemberId.None);
        learner.Role.ShouldBe(Role.Follower);
        learner.Term.ShouldBe(1);
        cluster.Rejoin(learner);
        cluster.Run(CoreCluster.Timeout);
        learner.Leader().ShouldBe(leader.Id);
    }

    [Fact]
    public void A_learner_that_was_added_as_such_stays_one_until_it_is_promoted()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Learn(4));
        cluster.Join();
        cluster.Run(Patience * 2);
        LearnersOf(leader).ShouldBe([4]);
        leader.Change(8, Promote(4));
        cluster.Settle();
        VotersOf(leader).ShouldBe([1, 2, 3, 4]);
        leader.ChangesDone.Select(d => d.RequestId).ShouldBe([7, 8]);
    }

    [Fact]
    public void A_learner_that_is_behind_is_not_promoted()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Learn(4));
        cluster.Settle();
        leader.Change(8, Promote(4));
        leader.ChangesRefused[^1].Text.ShouldContain("never heard");
        var learner = cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster.Isolate(learner);
        leader.Propose([.. Enumerable.Range(100, 20).Select(n => (long)n)]);
        cluster.Run(TimeSpan.FromSeconds(1));
        leader.Change(9, Promote(4));
        leader.ChangesRefused[^1].Text.ShouldContain("does not answer");
        leader.ChangesRefused.ShouldAllBe(r => r.Refusal == MembershipRefusal.LearnerNotReady);
        LearnersOf(leader).ShouldBe([4]);
    }

    [Fact]
    public void A_learner_has_caught_up_once_a_round_is_shorter_than_an_election_timeout()
    {
        var (timeout, start) = (CoreCluster.Timeout, TimeSpan.FromSeconds(1));
        var follower = new Progress(CoreCluster.Id(4), 1, 1, start);
        follower.Matched(1, lastIndex: 100, start);
        follower.HasCaughtUp(100, start, timeout).ShouldBeFalse("a first round has begun");
        follower.Matched(99, lastIndex: 150, start + timeout);
        follower.HasCaughtUp(150, start + timeout, timeout).ShouldBeFalse();
        follower.Matched(100, lastIndex: 150, start + timeout);
        follower.HasCaughtUp(150, start + timeout, timeout).ShouldBeFalse("the round took a whole timeout");
        follower.Matched(150, lastIndex: 180, start + (timeout * 1.5));
        follower.HasCaughtUp(180, start + (timeout * 1.5), timeout).ShouldBeTrue();
        follower.HasCaughtUp(180, start + (timeout * 2.5), timeout).ShouldBeFalse("the next one takes too long");
        follower.Matched(180, lastIndex: 180, start + (timeout * 9));
        follower.HasCaughtUp(180, start + (timeout * 9), timeout).ShouldBeTrue("it has all there is");
    }

    [Fact]
    public void A_newcomer_that_never_comes_wedges_nothing_and_stays_a_learner()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Attach(9));
        cluster.Run(TimeSpan.FromSeconds(2));
        leader.Change(8, Attach(4));
        cluster.Join();
        cluster.RunUntil(() => VotersOf(leader).Length == 4 && !leader.Core.Membership.IsJoint);
        leader.Core.Membership.Find(CoreCluster.Id(9))!.IsPending.ShouldBeTrue();
        cluster.Run(Patience);
        leader.Core.Membership.Find(CoreCluster.Id(9))!.IsPending.ShouldBeFalse("its time is over");
        LearnersOf(leader).ShouldBe([9]);
        leader.Change(9, Detach(9));
        cluster.Settle();
        LearnersOf(leader).ShouldBeEmpty();
        leader.Term.ShouldBe(1);
    }

    [Fact]
    public void Those_added_together_are_promoted_together_or_not_at_all()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Attach(4, 5));
        cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(3));
        VotersOf(leader).ShouldBe([1, 2, 3]);
        cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(2));
        VotersOf(leader).ShouldBe([1, 2, 3, 4, 5]);
    }

    [Fact]
    public void The_next_leader_goes_on_waiting_and_gives_up_in_its_turn()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, Attach(9));
        cluster.Run(Patience / 2);
        leader.Turn(HandOver.Instance);
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.Role == Role.Leader && n != leader));
        var next = cluster.Nodes.Single(n => n.Role == Role.Leader);
        cluster.Run(Patience * 0.8);
        next.Core.Membership.Find(CoreCluster.Id(9))!.IsPending.ShouldBeTrue();
        cluster.Run(Patience * 0.5);
        next.Core.Membership.Find(CoreCluster.Id(9))!.IsPending.ShouldBeFalse();
    }

    [Fact]
    public void A_newcomer_says_its_name_and_address_and_is_bound_with_them()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, new AttachMembers([new(CoreCluster.Id(4), new("", "given:1", ""))], Patience));
        cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(1));
        var bound = cluster[2].Core.Membership.Find(CoreCluster.Id(4))!;
        bound.Incarnation.ShouldBe(CoreCluster.IncarnationOf(4));
        bound.Contact.ShouldBe(new("n4", "given:1", "n4:2379"));
    }

    [Fact]
    public void A_node_that_joins_founds_nothing_and_campaigns_for_nothing_before_it_votes()
    {
        var cluster = CoreCluster.Of(1);
        var joiner = cluster.Join();
        cluster.Run(TimeSpan.FromSeconds(5));
        joiner.RoleChanges.ShouldBeEmpty();
        joiner.State.ShouldBe(HardState.Initial);
        joiner.Core.UnheardFounders.ShouldBeEmpty();
        joiner.Hear(joiner.Peer(1).Introduces(FoundingPhase.Prepared, [.. CoreCluster.View(2)]));
        joiner.Hear(joiner.Peer(1).Introduces(FoundingPhase.Proven, new Member(joiner.Id, joiner.Options.Incarnation)));
        joiner.Sync();
        joiner.Core.IsProven.ShouldBeFalse();
    }

    [Fact]
    public void A_cluster_of_one_grows_to_three_and_survives_its_founder()
    {
        var cluster = CoreCluster.Of(1);
        var founder = cluster.Elect(1);
        founder.Propose(1);
        Grow(cluster, founder, 1);
        Grow(cluster, founder, 1);
        VotersOf(founder).ShouldBe([1, 2, 3]);
        founder.IsUp = false;
        cluster.RunUntil(() => cluster.Nodes.Any(n => n.IsUp && n.Role == Role.Leader));
        var next = cluster.Nodes.Single(n => n.IsUp && n.Role == Role.Leader);
        next.Propose(2);
        cluster.Run(TimeSpan.FromSeconds(1));
        next.CommitIndex.ShouldBe(next.Core.Log.LastIndex);
    }

    [Fact]
    public void The_files_contacts_are_written_down_with_the_first_configuration()
    {
        var contacts = Enumerable.Range(1, 3).Select(CoreCluster.NewcomerOf).ToList();
        var cluster = CoreCluster.Fresh(3, o => o with { Contacts = [.. contacts] });
        cluster.RunUntil(() => cluster.Nodes.All(n => n.CommitIndex > 0));
        foreach (var node in cluster.Nodes)
            node.Core.Membership.Members.Select(m => m.Contact).ShouldBe(contacts.Select(c => c.Contact));
    }
}
