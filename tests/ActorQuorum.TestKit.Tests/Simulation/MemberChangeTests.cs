using System.Globalization;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>Members come and go: whole runs under all faults, and each case by itself.</summary>
[Trait("Row", "CO-3")]
public sealed class MemberChangeTests
{
    public static TheoryData<ulong, bool> Seeds
    {
        get
        {
            var seeds = new TheoryData<ulong, bool>();
            for (ulong seed = 1; seed <= 24; seed++) seeds.Add(seed, seed % 2 == 0);
            return seeds;
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Every_promise_holds_while_members_come_and_go_under_all_faults(ulong seed, bool snapshots)
    {
        var report = new SimulationRun(new()
        {
            Seed = seed, Nodes = 3 + (int)(seed % 3), Duration = TimeSpan.FromSeconds(15), Changes = true, Snapshots = snapshots,
        }).Execute();
        report.Reached.Commits.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Among_some_seeds_voters_come_and_go_and_nodes_join()
    {
        var reached = new Invariants.ReachedCounts();
        for (ulong seed = 200; seed < 206; seed++)
            reached.Add(new SimulationRun(new() { Seed = seed, Nodes = 3, Duration = TimeSpan.FromSeconds(20), Changes = true }).Execute().Reached);
        reached.Changes.ShouldBeGreaterThan(60);
        reached.JointChanges.ShouldBeGreaterThan(10);
        reached.Joins.ShouldBeGreaterThan(10);
        reached.AnsweredByNewcomers.ShouldBeGreaterThan(1000, "one history, in which no acknowledged write may be lost, goes over all changes");
    }

    [Fact]
    public void A_write_that_was_acknowledged_before_a_node_joined_and_is_gone_after_it_is_noticed()
    {
        using var trace = new StringWriter();
        var run = new SimulationRun(new() { Seed = 200, Nodes = 3, Faults = [], Changes = true, Trace = trace });
        run.Execute();
        string[] joins = [.. trace.ToString().Split('\n').Where(line => line.Contains("Fault join ", StringComparison.Ordinal))];
        var joined = joins[joins.Length / 2].TrimStart();
        var ticks = (long)(double.Parse(joined[..joined.IndexOf(' ', StringComparison.Ordinal)], CultureInfo.InvariantCulture) * TimeSpan.TicksPerMillisecond);
        var acknowledged = run.History.Where(operation => operation.ReturnTime < ticks && operation.Input.Kind == KeyValueOperation.Put)
            .Select(operation => operation.Input.Value).ToHashSet();
        var read = run.History.First(operation =>
            operation.CallTime > ticks && operation.Input.Kind == KeyValueOperation.Get && acknowledged.Contains(operation.Outcome.Output.Value));

        Operation<KeyValueInput, KeyValueOutput> gone = new(read.Client, read.Input, KeyValueOutput.Got(null), read.CallTime, read.ReturnTime!.Value);
        LinearizabilityChecker.Check(new KeyValueModel(), run.History.Select(operation => operation == read ? gone : operation).ToArray())
            .IsLinearizable.ShouldBeFalse();
    }

    [Fact]
    public void The_same_seed_gives_the_same_changes()
    {
        ulong Hash(ulong seed) =>
            new SimulationRun(new() { Seed = seed, Nodes = 3, Duration = TimeSpan.FromSeconds(5), Changes = true }).Execute().TraceHash;
        Hash(7).ShouldBe(Hash(7));
        Hash(7).ShouldNotBe(Hash(8));
    }

    [Fact]
    public void A_cluster_grows_shrinks_and_keeps_what_it_acknowledged()
    {
        var cluster = new SimulatedCluster(1, seed: 3);
        var first = cluster.RunUntilLeader();
        Acknowledged(cluster, cluster.Put(first, "a", "1"));
        var (second, third) = (cluster.Add(), cluster.Add());
        Acknowledged(cluster, cluster.Attach(first, second, third));
        cluster.Join(second);
        cluster.Join(third);
        cluster.RunUntilSettled();
        cluster.Voters.ShouldBe(["n1", "n2", "n3"]);
        Acknowledged(cluster, cluster.Put(second, "b", "2"));
        Acknowledged(cluster, cluster.Detach(second, first));
        cluster.Voters.ShouldBe(["n2", "n3"]);
        cluster.Crash(first);
        Acknowledged(cluster, cluster.Put(third, "c", "3"));
        cluster.RunUntilConverged();
        third.Content.Keys.Order(StringComparer.Ordinal).ShouldBe(["a", "b", "c"]);
    }

    [Fact]
    public void A_detached_node_says_that_it_is_no_member_and_comes_back_with_its_disk()
    {
        var cluster = new SimulatedCluster(3, seed: 4);
        var leader = cluster.RunUntilLeader();
        var gone = cluster.Nodes.First(node => node != leader);
        Acknowledged(cluster, cluster.Detach(leader, gone));
        cluster.RunFor(TimeSpan.FromSeconds(3));
        var refused = cluster.Put(gone, "a", "1");
        cluster.RunUntilEnded(refused);
        refused.Error.ShouldBe(QuorumError.NotAMember);
        leader.Role.ShouldBe(Core.Raft.Role.Leader, "a removed node disturbs nobody");
        Acknowledged(cluster, cluster.Attach(leader, gone));
        cluster.RunUntilSettled();
        cluster.Voters.Count.ShouldBe(3);
        cluster.RunUntilConverged();
        Acknowledged(cluster, cluster.Put(gone, "a", "1"));
    }

    [Fact]
    public void A_leader_that_is_to_be_detached_hands_over_and_its_successor_does_it()
    {
        var cluster = new SimulatedCluster(3, seed: 5);
        var leader = cluster.RunUntilLeader();
        var asked = cluster.Nodes.First(node => node != leader);
        Acknowledged(cluster, cluster.Detach(asked, leader));
        cluster.RunUntilLeader().ShouldNotBe(leader);
        cluster.Voters.ShouldNotContain(leader.Name);
        var again = cluster.RunUntilLeader();
        Acknowledged(cluster, cluster.Put(asked, "a", "1"));
        again.Term.ShouldBeLessThan(5);
    }

    [Theory]
    [InlineData("attach", QuorumError.AlreadyAMember)]
    [InlineData("detach stranger", QuorumError.NoSuchMember)]
    [InlineData("detach all", QuorumError.TooFewVoters)]
    [InlineData("promote voter", QuorumError.NotALearner)]
    [InlineData("promote late", QuorumError.LearnerBehind)]
    public void A_change_that_cannot_be_is_a_clear_error_wherever_it_is_asked_for(string change, QuorumError error)
    {
        var cluster = new SimulatedCluster(3, seed: 6);
        var leader = cluster.RunUntilLeader();
        var late = cluster.Add();
        Acknowledged(cluster, cluster.AttachLearners(leader, late));
        var stranger = cluster.Add();
        foreach (var asked in cluster.Nodes.Where(node => node.IsRunning))
        {
            var refused = change switch
            {
                "attach" => cluster.Attach(asked, leader),
                "detach stranger" => cluster.Detach(asked, stranger),
                "detach all" => cluster.Detach(asked, [.. cluster.Nodes.Take(3)]),
                "promote voter" => cluster.Promote(asked, leader),
                _ => cluster.Promote(asked, late),
            };
            cluster.RunUntilEnded(refused);
            refused.Error.ShouldBe(error);
            refused.Message.ShouldNotBeNullOrEmpty();
        }

        cluster.Voters.ShouldBe(["n1", "n2", "n3"]);
    }

    [Fact]
    public void A_founder_that_lost_its_disk_finds_its_cluster_though_all_others_of_its_file_are_gone()
    {
        var cluster = new SimulatedCluster(3, seed: 8);
        var leader = cluster.RunUntilLeader();
        SimulatedNode[] newcomers = [cluster.Add(), cluster.Add(), cluster.Add()];
        Acknowledged(cluster, cluster.Attach(leader, newcomers));
        foreach (var newcomer in newcomers) cluster.Join(newcomer);
        cluster.RunUntilSettled();
        foreach (var founder in new[] { "n2", "n3" })
        {
            Acknowledged(cluster, cluster.Detach(newcomers[0], cluster[founder]));
            cluster.Crash(cluster[founder]);
        }

        var lost = cluster["n1"];
        cluster.Crash(lost);
        cluster.RunUntil(() => cluster.Leader is { } next && next != lost, "another leader");
        cluster.Wipe(lost);
        cluster.Restart(lost);
        cluster.RunUntil(() => lost.IsProven, "bound anew by a leader that its file does not know");
        cluster.RunUntilConverged();
    }

    private static void Acknowledged(SimulatedCluster cluster, SimulatedRequest request)
    {
        cluster.RunUntilEnded(request);
        request.Error.ShouldBeNull(request.Message);
    }
}
