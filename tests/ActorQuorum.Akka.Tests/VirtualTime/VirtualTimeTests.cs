using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using AkkaTestKit = Akka.TestKit.Xunit2.TestKit;

namespace ActorQuorum.Akka.Tests.VirtualTime;

/// <summary>Elections on the Akka host in virtual time: nothing waits, and every run is the same.</summary>
public sealed class VirtualTimeTests : AkkaTestKit
{
    private static readonly ElectionOptions Election = new();

    [Fact]
    public void One_leader_is_elected_within_a_few_election_timeouts()
    {
        using var cluster = new VirtualCluster(3);
        var leader = cluster.Elect();
        cluster.Now.ShouldBeLessThan(6 * Election.Timeout);
        cluster.Nodes.Count(node => node.Leads).ShouldBe(1);
        leader.Changes.Select(change => change.To).ShouldBe([Role.PreCandidate, Role.Candidate, Role.Leader]);
        cluster.Nodes.Where(node => node != leader).ShouldAllBe(node => node.Core.Role == Role.Follower && node.Core.Term == leader.Core.Term);
    }

    [Fact]
    public void Changes_of_role_are_heard_on_the_event_stream_in_their_order()
    {
        using var cluster = new VirtualCluster(1);
        var probe = CreateTestProbe(cluster.Nodes[0].System);
        cluster.Nodes[0].System.EventStream.Subscribe(probe, typeof(RoleChanged)).ShouldBeTrue();
        cluster.Elect();
        probe.ExpectMsg<RoleChanged>(change => (change.From, change.To, change.Term).ShouldBe((Role.Follower, Role.PreCandidate, 0)));
        probe.ExpectMsg<RoleChanged>(change => (change.From, change.To, change.Term).ShouldBe((Role.PreCandidate, Role.Candidate, 1)));
        probe.ExpectMsg<RoleChanged>(change => (change.From, change.To, change.Term).ShouldBe((Role.Candidate, Role.Leader, 1)));
    }

    [Fact]
    public void While_a_leader_is_heard_nothing_changes()
    {
        using var cluster = new VirtualCluster(3);
        var leader = cluster.Elect();
        var before = cluster.Nodes.Sum(node => node.Changes.Count);
        cluster.Run(20 * Election.Timeout);
        cluster.Leader.ShouldBe(leader);
        cluster.Nodes.Sum(node => node.Changes.Count).ShouldBe(before);
    }

    [Fact]
    public void A_leader_that_is_cut_off_steps_down_and_the_others_elect_one_in_a_higher_term()
    {
        using var cluster = new VirtualCluster(3);
        var old = cluster.Elect();
        var term = old.Core.Term;
        var cutAt = cluster.Now;
        cluster.Isolate(old);
        cluster.Until(() => !old.Leads && cluster.Nodes.Any(node => node.Leads), TimeSpan.FromSeconds(10));
        (cluster.Now - cutAt).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        cluster.Leader.ShouldNotBe(old);
        cluster.Leader.Core.Term.ShouldBeGreaterThan(term);

        cluster.Network.Heal();
        cluster.Elect().ShouldNotBe(old, "who comes back deposes nobody");
        old.Core.Role.ShouldBe(Role.Follower);
    }

    [Fact]
    public void A_minority_elects_nobody_and_its_term_does_not_rise()
    {
        using var cluster = new VirtualCluster(3);
        cluster.Elect();
        var alone = cluster.Nodes.First(node => !node.Leads);
        var term = alone.Core.Term;
        cluster.Isolate(alone);
        cluster.Run(20 * Election.Timeout);
        alone.Leads.ShouldBeFalse();
        alone.Core.Term.ShouldBe(term);
        alone.Core.Role.ShouldBe(Role.PreCandidate);
    }

    [Fact]
    public void A_write_is_acknowledged_by_the_majority_and_never_by_the_leader_that_is_cut_off()
    {
        using var cluster = new VirtualCluster(3);
        var old = cluster.Elect();
        var before = old.Put("before", "1", TimeSpan.FromSeconds(5));
        cluster.Until(() => before.IsCompletedSuccessfully, TimeSpan.FromSeconds(1));

        cluster.Isolate(old);
        var lost = old.Put("lost", "2", TimeSpan.FromSeconds(5));
        cluster.Until(() => cluster.Nodes.Any(node => node != old && node.Leads), TimeSpan.FromSeconds(10));
        var after = cluster.Nodes.First(node => node != old && node.Leads).Put("after", "3", TimeSpan.FromSeconds(5));
        cluster.Until(() => after.IsCompletedSuccessfully, TimeSpan.FromSeconds(1));

        lost.IsCompleted.ShouldBeFalse();

        cluster.Network.Heal();
        cluster.Elect().ShouldNotBe(old);
        cluster.Until(() => lost.IsCompleted, TimeSpan.FromSeconds(10));
        cluster.Until(() => cluster.Nodes.All(node => node.Core.AppliedIndex == cluster.Leader.Core.LastIndex), TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_same_seed_gives_the_same_run(ulong seed)
    {
        var (first, again) = (Story(seed), Story(seed));
        first.ShouldNotBeEmpty();
        again.ShouldBe(first);
    }

    [Fact]
    public void Another_seed_gives_another_run() => Story(4).ShouldNotBe(Story(5));

    /// <summary>Some elections, as text: who became what, when, and how many messages that took.</summary>
    private static string Story(ulong seed)
    {
        using var cluster = new VirtualCluster(3, seed);
        for (var i = 0; i < 3; i++)
        {
            cluster.Isolate(cluster.Elect());
            cluster.Run(4 * Election.Timeout);
            cluster.Network.Heal();
        }

        cluster.Elect();
        var changes = cluster.Nodes.SelectMany(node => node.Changes.Select(change => $"{node.Id} {change.From} → {change.To} {change.Term} {change.Silence}"));
        return string.Join('\n', [.. changes, $"{cluster.Now} {cluster.Network.Delivered}"]);
    }
}
