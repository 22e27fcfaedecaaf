using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;
using static ActorQuorum.Core.Tests.Harness.Changes;

namespace ActorQuorum.Core.Tests.Raft;

/// <summary>Raft §6: the voters change through C_old,new, in which every quorum is a majority of both configurations.</summary>
[Trait("Row", "CO-3")]
public sealed class JointConsensusTests
{
    [Fact]
    public void Several_members_are_added_by_one_change_and_vote_once_they_caught_up()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        cluster.Join();
        cluster.Join();
        leader.Change(7, Attach(4, 5));
        cluster.RunUntil(() => VotersOf(leader).Length == 5 && leader.Configurations[^1].IsCommitted && !leader.Core.Membership.IsJoint);
        leader.ChangesDone.ShouldHaveSingleItem().RequestId.ShouldBe(7);
        leader.Term.ShouldBe(1);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster.Nodes.ShouldAllBe(n => VotersOf(n).SequenceEqual(new[] { 1, 2, 3, 4, 5 }) && n.Core.IsProven);
        leader.LogEntries.Count(e => e.Kind == EntryKind.Configuration && Membership.Decode(e.Payload.Span).IsJoint).ShouldBe(1, "both at once");
    }

    [Fact]
    public void Several_members_are_removed_by_one_change()
    {
        var cluster = CoreCluster.Of(5);
        var leader = cluster.Elect(1);
        leader.Change(7, Detach(4, 5));
        cluster.Settle();
        VotersOf(leader).ShouldBe([1, 2, 3]);
        leader.ChangesDone.ShouldHaveSingleItem().Membership.Members.Length.ShouldBe(3);
        cluster[2].IsUp = false;
        leader.Propose(8);
        cluster.Settle();
        leader.CommitIndex.ShouldBe(leader.Core.Log.LastIndex, "two of three are enough");
    }

    [Fact]
    public void A_removal_is_answered_once_the_new_configuration_is_committed()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        Heartbeats(node, 2, 3);
        node.Change(7, Detach(3));
        node.Core.Membership.IsJoint.ShouldBeTrue("in force as soon as it is appended");
        OutgoingOf(node).ShouldBe([1, 2, 3]);
        VotersOf(node).ShouldBe([1, 2]);
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 2));
        node.CommitIndex.ShouldBe(2);
        node.Core.Membership.IsJoint.ShouldBeFalse("C_new follows at once");
        node.ChangesDone.ShouldBeEmpty();
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(1, 3));
        node.ChangesDone.ShouldHaveSingleItem().RequestId.ShouldBe(7);
    }

    [Theory]
    [InlineData(new[] { 4, 5 }, false)]
    [InlineData(new[] { 2, 3 }, false)]
    [InlineData(new[] { 2, 4 }, true)]
    public void While_joint_an_entry_is_committed_by_both_majorities(int[] holders, bool isCommitted)
    {
        var node = LeaderOf(Joint([1, 2, 3], [1, 4, 5]));
        node.Sync();
        foreach (var holder in holders) node.Hear(node.Peer(holder).Acknowledges(2, 2));
        (node.CommitIndex == 2).ShouldBe(isCommitted);
    }

    [Theory]
    [InlineData(new[] { 4, 5 }, false)]
    [InlineData(new[] { 2, 3 }, false)]
    [InlineData(new[] { 3, 5 }, true)]
    public void While_joint_a_candidate_needs_both_majorities(int[] voters, bool isElected)
    {
        foreach (var isPreVote in new[] { true, false })
        {
            var node = Holding(Joint([1, 2, 3], [1, 4, 5]), 1);
            MakeCandidate(node, isPreVote);
            foreach (var voter in voters) node.Hear(node.Peer(voter).Votes(node.Term, isPreVote: isPreVote));
            (node.Role == (isPreVote ? Role.Candidate : Role.Leader)).ShouldBe(isElected);
        }
    }

    [Theory]
    [InlineData(4, 5)]
    [InlineData(2, 3)]
    public void While_joint_an_election_is_lost_by_either_majority(int one, int other)
    {
        var node = Holding(Joint([1, 2, 3], [1, 4, 5]), 1);
        MakeCandidate(node, isPreVote: false);
        node.Hear(node.Peer(one).Votes(2, isGranted: false));
        node.Role.ShouldBe(Role.Candidate);
        node.Hear(node.Peer(other).Votes(2, isGranted: false));
        node.Role.ShouldBe(Role.Follower);
    }

    [Theory]
    [InlineData(new[] { 4 }, false)]
    [InlineData(new[] { 2, 3 }, false)]
    [InlineData(new[] { 2, 5 }, true)]
    public void While_joint_a_read_is_confirmed_by_both_majorities(int[] voters, bool isConfirmed)
    {
        var node = SettledJointLeader();
        node.Read(9);
        foreach (var voter in voters) node.Hear(node.Peer(voter).Confirms(2, node.Cluster.Sent<Heartbeat>().Max(h => h.Round)));
        (node.Reads.Count == 1).ShouldBe(isConfirmed);
    }

    [Theory]
    [InlineData(new[] { 4 }, false)]
    [InlineData(new[] { 2, 3 }, false)]
    [InlineData(new[] { 2, 5 }, true)]
    public void While_joint_a_leader_stays_only_while_both_majorities_answer(int[] heard, bool stays)
    {
        var node = SettledJointLeader();
        for (var beat = 0; beat < 20; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            if (node.Role != Role.Leader) break;
            Heartbeats(node, heard);
        }

        (node.Role == Role.Leader).ShouldBe(stays);
    }

    [Fact]
    public void A_leader_elected_in_the_joint_phase_finishes_it_after_an_entry_of_its_own_term()
    {
        var node = LeaderOf(Joint([1, 2, 3], [1, 4, 5]));
        node.Core.Log.LastIndex.ShouldBe(2, "the no-op alone");
        node.Core.Membership.IsJoint.ShouldBeTrue();
        node.Sync();
        node.Hear(node.Peer(2).Acknowledges(2, 2), node.Peer(4).Acknowledges(2, 2));
        node.Core.Log.LastIndex.ShouldBe(3);
        node.Core.Membership.IsJoint.ShouldBeFalse();
        VotersOf(node).ShouldBe([1, 4, 5]);
    }

    [Fact]
    public void A_change_that_is_truncated_is_rolled_back()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        Heartbeats(node, 2, 3);
        node.Change(7, Detach(3));
        node.Core.Membership.IsJoint.ShouldBeTrue();
        node.Sync();
        node.Hear(node.Peer(2).Appends(2, 1, 1, [2]));
        node.Core.Membership.IsJoint.ShouldBeFalse();
        VotersOf(node).ShouldBe([1, 2, 3]);
        var refused = node.ChangesRefused.ShouldHaveSingleItem();
        refused.Refusal.ShouldBe(MembershipRefusal.OutcomeUnknown);
        node.Configurations[^1].Latest.ShouldBe(node.Core.Membership);
    }

    [Fact]
    public void Before_an_entry_of_its_own_term_is_committed_a_leader_changes_nothing()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(node);
        Heartbeats(node, 2, 3);
        node.Change(7, Detach(3));
        node.Change(8, Learn(4));
        node.ChangesRefused.Select(r => r.Refusal).ShouldBe([MembershipRefusal.NotReady, MembershipRefusal.NotReady]);
        node.Hear(node.Peer(2).Acknowledges(1, 1));
        Heartbeats(node, 2, 3);
        node.Change(9, Detach(3));
        node.Core.Membership.IsJoint.ShouldBeTrue();
    }

    [Fact]
    public void One_change_is_under_way_at_a_time()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeSettledLeader(node);
        Heartbeats(node, 2, 3);
        node.Change(7, Detach(3));
        node.Change(8, Learn(4));
        Committed(node, 2);
        node.Change(9, Learn(4));
        node.ChangesRefused.Select(r => r.Refusal).ShouldBe([MembershipRefusal.ChangeInProgress, MembershipRefusal.ChangeInProgress]);
        Committed(node, 2);
        node.Change(10, Learn(4));
        node.ChangesRefused.Count.ShouldBe(2);
        LearnersOf(node).ShouldBe([4]);
    }

    [Fact]
    public void A_follower_changes_nothing()
    {
        var node = CoreCluster.Of(3)[1];
        node.Hear(node.Peer(2).Beats(1));
        node.Change(7, Learn(4));
        node.ChangesRefused.ShouldHaveSingleItem().Refusal.ShouldBe(MembershipRefusal.NotLeader);
    }

    [Fact]
    public void Voters_are_not_removed_when_no_majority_of_the_rest_answers()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        cluster[2].IsUp = false;
        cluster.Run(TimeSpan.FromSeconds(1));
        leader.Change(7, Detach(3));
        leader.ChangesRefused.ShouldHaveSingleItem().Refusal.ShouldBe(MembershipRefusal.NoMajority);
        VotersOf(leader).ShouldBe([1, 2, 3]);
        leader.Change(8, Detach(2));
        cluster.Settle();
        VotersOf(leader).ShouldBe([1, 3]);
    }

    [Fact]
    public void A_leader_that_was_just_elected_asks_for_patience_until_it_has_heard_the_others()
    {
        var node = CoreCluster.Of(3)[1];
        Candidates.MakeLeader(node);
        node.Hear(node.Peer(2).Acknowledges(1, 1));
        node.Change(7, Detach(2));
        node.ChangesRefused.ShouldHaveSingleItem().Refusal.ShouldBe(MembershipRefusal.NotReady);
        for (var beat = 0; beat < 8; beat++)
        {
            node.Cluster.Pass(CoreCluster.Heartbeat, node);
            Heartbeats(node, 2);
        }

        node.Change(8, Detach(2));
        node.ChangesRefused[^1].Refusal.ShouldBe(MembershipRefusal.NoMajority);
        Heartbeats(node, 3);
        node.Change(9, Detach(2));
        node.Core.Membership.IsJoint.ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(BadChanges))]
    public void A_change_that_makes_no_sense_is_refused_and_changes_nothing(string change, string refusal)
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(1, Learn(4));
        cluster.Settle();
        var last = leader.Core.Log.LastIndex;
        leader.Change(7, Bad(change));
        var refused = leader.ChangesRefused.ShouldHaveSingleItem();
        refused.Refusal.ToString().ShouldBe(refusal);
        refused.Text.ShouldNotBeEmpty();
        leader.Core.Log.LastIndex.ShouldBe(last);
    }

    public static TheoryData<string, string> BadChanges => new()
    {
        { "add a voter", "AlreadyMember" },
        { "add a learner", "AlreadyMember" },
        { "add one twice", "AlreadyMember" },
        { "add an address twice", "AlreadyMember" },
        { "add nobody", "NoSuchMember" },
        { "add too many", "TooMany" },
        { "add a long name", "Malformed" },
        { "add number zero", "Malformed" },
        { "remove a stranger", "NoSuchMember" },
        { "remove nobody", "NoSuchMember" },
        { "remove all voters", "LastVoter" },
        { "promote a stranger", "NoSuchMember" },
        { "promote a voter", "NotLearner" },
        { "promote one that is behind", "LearnerNotReady" },
        { "update a stranger", "NoSuchMember" },
        { "update to an address that is another's", "AlreadyMember" },
    };

    [Fact]
    public void A_contact_can_be_changed()
    {
        var cluster = CoreCluster.Of(3);
        var leader = cluster.Elect(1);
        leader.Change(7, new UpdateContact(CoreCluster.Id(2), new("two", "two:1", "")));
        leader.Change(8, new UpdateContact(CoreCluster.Id(2), new("", "two:2", "two:3")));
        cluster.Settle();
        leader.Change(9, new UpdateContact(CoreCluster.Id(2), new("", "two:2", "two:3")));
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster.Nodes.ShouldAllBe(n => n.Core.Membership.Find(CoreCluster.Id(2))!.Contact == new MemberContact("two", "two:2", "two:3"));
    }

    private static MembershipChange Bad(string change) => change switch
    {
        "add a voter" => Attach(5, 2),
        "add a learner" => Learn(4),
        "add one twice" => Attach(5, 5),
        "add an address twice" => new AddLearners([new(CoreCluster.Id(5), CoreCluster.NewcomerOf(4).Contact)]),
        "add nobody" => Attach(),
        "add too many" => Learn([.. Enumerable.Range(10, Membership.MaxMembers)]),
        "add a long name" => new AddLearners([new(CoreCluster.Id(5), new(new string('n', 256), "", ""))]),
        "add number zero" => Learn(0),
        "remove a stranger" => Detach(3, 5),
        "remove nobody" => Detach(),
        "remove all voters" => Detach(1, 2, 3),
        "promote a stranger" => Promote(5),
        "promote a voter" => Promote(2),
        "promote one that is behind" => Promote(4),
        "update a stranger" => new UpdateContact(CoreCluster.Id(5), new("x", "", "")),
        _ => new UpdateContact(CoreCluster.Id(2), CoreCluster.NewcomerOf(4).Contact),
    };

    /// <summary>Member 1 of five, whose log holds one configuration.</summary>
    private static CoreNode Holding(Membership membership, long term)
    {
        var cluster = CoreCluster.From(5, n => new(new(term, MemberId.None, true, CoreCluster.View(3)), [EntryOf(1, term, membership)]));
        return cluster[1];
    }

    private static void MakeCandidate(CoreNode node, bool isPreVote)
    {
        node.Cluster.PassDeadline(node);
        node.Role.ShouldBe(Role.PreCandidate);
        if (isPreVote) return;
        node.Hear(node.Peer(2).Votes(node.Term, isPreVote: true), node.Peer(4).Votes(node.Term, isPreVote: true));
        node.Sync();
        node.Role.ShouldBe(Role.Candidate);
    }

    /// <summary>A leader of term 2 over a configuration of term 1, with its no-op behind it.</summary>
    private static CoreNode LeaderOf(Membership membership)
    {
        var node = Holding(membership, 1);
        MakeCandidate(node, isPreVote: false);
        node.Hear(node.Peer(2).Votes(2), node.Peer(4).Votes(2));
        node.Role.ShouldBe(Role.Leader);
        node.Cluster.Drop();
        return node;
    }

    /// <summary>A leader of five whose own entry is committed, while two of them are being removed: C_old has five voters, C_new 1, 4 and 5.</summary>
    private static CoreNode SettledJointLeader()
    {
        var cluster = CoreCluster.From(5, n => new(new(1, MemberId.None, true, CoreCluster.View(5)), [EntryOf(1, 1, new(CoreCluster.View(5)))]));
        var node = cluster[1];
        cluster.PassDeadline(node);
        foreach (var number in new[] { 2, 3 }) node.Hear(node.Peer(number).Votes(1, isPreVote: true));
        node.Sync();
        foreach (var number in new[] { 2, 3 }) node.Hear(node.Peer(number).Votes(2));
        node.Sync();
        foreach (var number in new[] { 2, 3, 4, 5 }) node.Hear(node.Peer(number).Acknowledges(2, 2));
        node.CommitIndex.ShouldBe(2);
        node.Change(1, Detach(2, 3));
        node.Core.Membership.IsJoint.ShouldBeTrue();
        node.Cluster.Drop();
        return node;
    }

    private static void Heartbeats(CoreNode node, params int[] numbers)
    {
        foreach (var number in numbers) node.Hear(node.Peer(number).Confirms(node.Term, 0));
    }

    /// <summary>All that the leader holds is durable here and at one peer.</summary>
    private static void Committed(CoreNode node, int peer)
    {
        node.Sync();
        node.Hear(node.Peer(peer).Acknowledges(node.Term, node.Core.Log.LastIndex));
    }
}
