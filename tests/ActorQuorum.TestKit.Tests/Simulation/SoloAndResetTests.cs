using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Faults;
using ActorQuorum.TestKit.Invariants;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>A stopped node goes on alone, or begins anew, while the rest of its cluster goes on; all promises are checked at every step, in both clusters.</summary>
[Trait("Row", "CO-4")]
[Trait("Row", "CO-5")]
public sealed class SoloAndResetTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    public void A_node_that_goes_alone_leads_in_a_higher_term_with_all_it_had_applied(ulong seed, bool snapshots)
    {
        var (cluster, node) = StoppedOne(seed, snapshots);
        var alone = cluster.GoAlone(node.Node);
        cluster.Restart(alone);
        RunUntilAlone(cluster, alone);

        alone.ClusterId.ShouldNotBe(cluster.Leader!.ClusterId);
        alone.Term.ShouldBeGreaterThan(node.Term);
        alone.Core.Membership.Members.Select(member => member.Id).ShouldBe([alone.Id]);
        alone.Content.ShouldBe(node.Content, ignoreOrder: true);
        Acknowledged(cluster, cluster.Put(alone, "mine", "1"));
        var read = cluster.Get(alone, "a9");
        Acknowledged(cluster, read);
        read.Value.ShouldBe("9");
    }

    /// <summary>The tool that works on its disk has no processors; the build that runs the node has.</summary>
    [Fact]
    [Trait("Row", "CO-2")]
    public void A_node_whose_log_holds_a_processors_commands_goes_alone_with_what_they_did()
    {
        var cluster = new SimulatedCluster(3, seed: 9, build: builder => builder.AddProcessor("note", (store, payload) =>
        {
            store.Put(payload, "noted");
            return payload;
        }));
        var leader = cluster.RunUntilLeader();
        for (var i = 0; i < 5; i++) Acknowledged(cluster, cluster.Enqueue(leader, "note", $"a{i}"));
        cluster.RunUntilConverged();
        var node = cluster.Nodes.First(candidate => candidate != leader);
        var content = new Dictionary<string, string>(node.Content);
        cluster.Crash(node);
        var alone = cluster.GoAlone(node);
        cluster.Restart(alone);
        RunUntilAlone(cluster, alone);

        alone.Content.ShouldBe(content, ignoreOrder: true);
        alone.Content.Count.ShouldBe(5);
        Acknowledged(cluster, cluster.Enqueue(alone, "note", "mine"));
        alone.Content.Count.ShouldBe(6);
    }

    /// <summary>An entry that its cluster never committed is in its log, and becomes committed in its own.</summary>
    [Fact]
    public void A_node_that_goes_alone_commits_what_only_it_held()
    {
        var (cluster, node) = StoppedOne(seed: 10, snapshots: true);
        cluster.Restart(node.Node);
        cluster.RunUntilConverged();
        var leader = cluster.RunUntilLeader();
        cluster.Isolate(leader);
        cluster.Put(leader, "nobody else's", "1");
        cluster.RunUntil(() => leader.Core.Log.DurableIndex > leader.CommitIndex, "only the old leader holds it");
        cluster.Crash(leader);
        cluster.Heal();
        var alone = cluster.GoAlone(leader);
        cluster.Restart(alone);
        RunUntilAlone(cluster, alone);
        Acknowledged(cluster, cluster.Put(cluster.RunUntilLeader(), "others'", "1"));

        alone.Content.Keys.ShouldBe([.. node.Content.Keys, "nobody else's"], ignoreOrder: true);
        cluster.Leader!.Content.Keys.ShouldBe([.. node.Content.Keys, "others'"], ignoreOrder: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_node_that_went_alone_and_its_old_cluster_hear_no_word_of_each_other(ulong seed)
    {
        var (cluster, node) = StoppedOne(seed, snapshots: false);
        var words = 0;
        cluster.Drop(message =>
        {
            if (message.From == node.Node.Name || message.To == node.Node.Name) words++;
            return false;
        });
        var alone = cluster.GoAlone(node.Node);
        cluster.Restart(alone);
        cluster.RunFor(TimeSpan.FromSeconds(2));

        // Each of them looks for its leader once: then they ask everybody they know.
        cluster.Crash(alone);
        cluster.Restart(alone);
        var leader = cluster.Leader!;
        cluster.Crash(leader);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Restart(leader);
        cluster.RunFor(TimeSpan.FromSeconds(3));

        words.ShouldBe(0);
        alone.Role.ShouldBe(Role.Leader);
        alone.Content.ShouldBe(node.Content, ignoreOrder: true);
    }

    [Fact]
    public void The_rest_goes_on_with_its_majority_and_loses_no_acknowledged_write()
    {
        var (cluster, node) = StoppedOne(seed: 4, snapshots: true);
        var alone = cluster.GoAlone(node.Node);
        cluster.Restart(alone);
        cluster.RunUntil(() => alone.Role == Role.Leader, "it leads alone");
        Acknowledged(cluster, cluster.Put(alone, "mine", "1"));
        var leader = cluster.RunUntilLeader();
        for (var i = 0; i < 20; i++) Acknowledged(cluster, cluster.Put(leader, $"b{i}", $"{i}"));
        cluster.Crash(leader);
        cluster.RunFor(TimeSpan.FromSeconds(1));
        cluster.Restart(leader);
        cluster.RunUntilLeader();
        cluster.RunUntilConverged();

        string[] kept = [.. node.Content.Keys, .. Enumerable.Range(0, 20).Select(i => $"b{i}")];
        foreach (var member in cluster.Members) member.Content.Keys.ShouldBe(kept, ignoreOrder: true);
        cluster.Members.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public void A_node_that_was_reset_neither_votes_nor_counts_until_it_is_bound(ulong seed, bool snapshots)
    {
        var (cluster, node) = StoppedOne(seed, snapshots);
        var before = node.Node.Incarnation;
        var back = cluster.Reset(node.Node);
        back.ShouldBeSameAs(node.Node);
        var other = cluster.Nodes.First(candidate => candidate.IsRunning && candidate != cluster.Leader);
        cluster.Crash(other);
        cluster.Crash(cluster.Leader!);
        cluster.Restart(back);
        cluster.Restart(other);
        back.Incarnation.ShouldNotBe(before);

        // One that counts and one that was reset are no majority of three.
        cluster.RunFor(TimeSpan.FromSeconds(5));
        cluster.Leader.ShouldBeNull();
        back.IsProven.ShouldBeFalse();
        back.LogTerms.ShouldBeEmpty();

        cluster.Restart(cluster.Nodes.Single(candidate => !candidate.IsRunning));
        cluster.RunUntil(() => back.IsRunning && back.IsProven, "it is bound");
        cluster.RunUntilConverged();
        back.Content.ShouldBe(node.Content, ignoreOrder: true);
        cluster.Crash(other);
        Acknowledged(cluster, cluster.Put(cluster.RunUntilLeader(), "then", "1"));
    }

    [Fact]
    public void A_node_that_went_alone_comes_back_by_a_reset_and_has_only_what_its_cluster_has()
    {
        var (cluster, node) = StoppedOne(seed: 7, snapshots: true);
        var alone = cluster.GoAlone(node.Node);
        cluster.Restart(alone);
        cluster.RunUntil(() => alone.Role == Role.Leader, "it leads alone");
        Acknowledged(cluster, cluster.Put(alone, "mine", "1"));
        cluster.Crash(alone);
        var back = cluster.Reset(alone);
        back.ShouldBeSameAs(node.Node);
        cluster.Restart(back);
        cluster.RunUntil(() => back.IsProven, "it is bound");
        cluster.RunUntilConverged();

        back.ClusterId.ShouldBe(cluster.Leader!.ClusterId);
        back.Content.ShouldBe(node.Content, ignoreOrder: true);
    }

    [Fact]
    public void Where_a_node_went_alone_its_old_self_cannot_be_started()
    {
        var (cluster, node) = StoppedOne(seed: 8, snapshots: false);
        cluster.GoAlone(node.Node);
        Should.Throw<InvalidOperationException>(() => cluster.Restart(node.Node)).Message.ShouldContain("went on alone");
        Should.Throw<InvalidOperationException>(() => cluster.GoAlone(cluster.Leader!)).Message.ShouldContain("stop or crash");
    }

    [Fact]
    public void A_founder_that_was_reset_founds_nothing_though_it_is_alone_in_its_file()
    {
        var (cluster, newcomers) = Grown(seed: 10);
        var founder = cluster["n1"];
        cluster.Crash(founder);
        cluster.Reset(founder);
        cluster.Restart(founder);
        cluster.RunUntil(() => founder.IsProven, "it is bound by the cluster that it founded");
        cluster.RunUntilConverged();
        founder.Content.ShouldBe(newcomers[0].Content, ignoreOrder: true);
    }

    [Fact]
    public void A_node_that_joined_goes_alone_and_comes_home_to_the_cluster_that_it_joined()
    {
        var (cluster, newcomers) = Grown(seed: 11);
        var joined = newcomers[0];
        cluster.Crash(joined);
        var alone = cluster.GoAlone(joined);
        cluster.Restart(alone);
        cluster.RunUntil(() => alone.Role == Role.Leader, "it leads alone");
        Acknowledged(cluster, cluster.Put(alone, "mine", "1"));
        cluster.Crash(alone);
        cluster.Restart(cluster.Reset(alone));
        cluster.RunUntil(() => joined.IsProven, "it is bound");
        cluster.RunUntilConverged();
        joined.Content.ShouldBe(newcomers[1].Content, ignoreOrder: true);
        joined.Content.Keys.ShouldNotContain("mine");
    }

    [Fact]
    public void A_command_that_two_clusters_decide_at_one_place_is_noticed()
    {
        var (cluster, node) = StoppedOne(seed: 9, snapshots: false);
        var alone = cluster.GoAlone(node.Node);
        cluster.Restart(alone);
        cluster.RunUntil(() => alone.Role == Role.Leader, "it leads alone");
        while (cluster.RunUntilLeader() is { } leader && leader.Term < alone.Term)
        {
            var term = leader.Term;
            cluster.Crash(leader);
            cluster.Restart(leader);
            cluster.RunUntil(() => cluster.Leader is { } next && next.Term > term, "a later term");
        }

        cluster.Leader!.Term.ShouldBe(alone.Term);
        for (var i = 0; i < 10; i++) Acknowledged(cluster, cluster.Put(alone, "same", "1"));
        Should.Throw<BrokenPromiseException>(() =>
        {
            for (var i = 0; i < 10; i++) Acknowledged(cluster, cluster.Put(cluster.Leader!, "same", "1"));
        }).Promise.ShouldBe("ClustersStayApart");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    public void Every_promise_holds_while_nodes_go_alone_and_come_home(ulong seed)
    {
        var run = new SimulationRun(new()
        {
            Seed = seed, Nodes = 3 + (int)(seed % 3), Duration = TimeSpan.FromSeconds(15), Snapshots = seed % 4 < 2, Changes = seed % 2 == 0,
            Faults = [FaultKind.Solo, FaultKind.Reset, FaultKind.Crash, FaultKind.PowerLoss, FaultKind.Partition, FaultKind.FullDisk],
        });
        run.Execute();
        run.Cluster.Nodes.ShouldAllBe(node => node.Alone == null, "in peace all are at home");
    }

    [Fact]
    public void Among_some_seeds_nodes_go_alone_serve_and_come_home()
    {
        var reached = new ReachedCounts();
        for (ulong seed = 100; seed < 106; seed++)
            reached.Add(new SimulationRun(new() { Seed = seed, Nodes = 3, Faults = [FaultKind.Solo, FaultKind.Reset], Snapshots = true }).Execute().Reached);
        reached.Solos.ShouldBeGreaterThan(3);
        reached.Resets.ShouldBeGreaterThan(reached.Solos);
        reached.AnsweredAlone.ShouldBeGreaterThan(100);
    }
    private static void RunUntilAlone(SimulatedCluster cluster, SimulatedNode alone) =>
        cluster.RunUntil(() => alone.Role == Role.Leader && alone.AppliedIndex == alone.Core.Log.LastIndex, "it leads alone, and has applied all");

    private static (SimulatedCluster Cluster, Stopped Node) StoppedOne(ulong seed, bool snapshots)
    {
        var cluster = new SimulatedCluster(3, seed, options => snapshots ? options with { Snapshot = new() { Entries = 10, TrailingEntries = 2 } } : options);
        var leader = cluster.RunUntilLeader();
        for (var i = 0; i < 30; i++) Acknowledged(cluster, cluster.Put(leader, $"a{i}", $"{i}"));
        cluster.RunUntilConverged();
        cluster.RunFor(TimeSpan.FromSeconds(1));
        var node = cluster.Nodes.First(candidate => candidate != cluster.Leader);
        var stopped = new Stopped(node, node.Term, new Dictionary<string, string>(node.Content));
        if (snapshots) node.LogBaseIndex.ShouldBeGreaterThan(0);
        cluster.Crash(node);
        return (cluster, stopped);
    }

    private static (SimulatedCluster Cluster, SimulatedNode[] Newcomers) Grown(ulong seed)
    {
        var cluster = new SimulatedCluster(1, seed);
        var leader = cluster.RunUntilLeader();
        SimulatedNode[] newcomers = [cluster.Add(), cluster.Add()];
        Acknowledged(cluster, cluster.Attach(leader, newcomers));
        foreach (var newcomer in newcomers) cluster.Join(newcomer);
        cluster.RunUntilSettled();
        for (var i = 0; i < 10; i++) Acknowledged(cluster, cluster.Put(leader, $"a{i}", $"{i}"));
        cluster.RunUntilConverged();
        return (cluster, newcomers);
    }

    private static void Acknowledged(SimulatedCluster cluster, SimulatedRequest request)
    {
        cluster.RunUntilEnded(request);
        request.Error.ShouldBeNull(request.Message);
    }

    private sealed record Stopped(SimulatedNode Node, long Term, IReadOnlyDictionary<string, string> Content);
}
