using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Faults;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>Whole runs: faults and clients, then peace, then the history.</summary>
public sealed class SimulationRunTests
{
    /// <summary>Seeds of which some showed a bug once, and the first ones of every batch.</summary>
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 30).Select(seed => (ulong)seed)];

    [Theory]
    [MemberData(nameof(Seeds))]
    [Trait("Row", "CO-8")]
    public void Every_promise_holds_under_all_faults(ulong seed)
    {
        var report = new SimulationRun(new() { Seed = seed, Duration = TimeSpan.FromSeconds(15) }).Execute();
        report.Reached.Commits.ShouldBeGreaterThan(0);
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
    public void Nodes_that_compact_under_all_faults_hold_the_same(ulong seed)
    {
        var run = new SimulationRun(new() { Seed = seed, Duration = TimeSpan.FromSeconds(15), Compacts = true });
        run.Execute();
        var node = run.Cluster.Nodes[0];
        node.CompactedRevision.ShouldBeGreaterThan(node.Revision / 4, "the history is compacted again and again");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(7)]
    public void Every_promise_holds_in_clusters_of_any_size(int nodes) =>
        new SimulationRun(new() { Seed = 11, Nodes = nodes, Duration = TimeSpan.FromSeconds(10) }).Execute().Reached.Commits.ShouldBeGreaterThan(0);

    [Fact]
    public void Without_faults_nearly_every_operation_is_answered_and_one_leader_stays()
    {
        var reached = new SimulationRun(new() { Seed = 5, Faults = [], Duration = TimeSpan.FromSeconds(20) }).Execute().Reached;
        reached.Elections.ShouldBe(1);
        reached.Unknown.ShouldBe(0);
        reached.Answered.ShouldBeGreaterThan(1000);
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_also_beside_other_runs()
    {
        ulong Hash(ulong seed) => new SimulationRun(new() { Seed = seed, Duration = TimeSpan.FromSeconds(5) }).Execute().TraceHash;
        var alone = Hash(3);
        var hashes = new ulong[4];
        Parallel.For(0, hashes.Length, i => hashes[i] = Hash(i % 2 == 0 ? 3UL : 4UL));
        hashes[0].ShouldBe(alone);
        hashes[2].ShouldBe(alone);
        hashes[1].ShouldBe(hashes[3]);
        hashes[1].ShouldNotBe(alone);
    }

    [Fact]
    public void The_text_of_a_trace_does_not_change_its_hash()
    {
        using var text = new StringWriter();
        var options = new SimulationOptions { Seed = 6, Duration = TimeSpan.FromSeconds(2) };
        var silent = new SimulationRun(options).Execute().TraceHash;
        new SimulationRun(options with { Trace = text }).Execute().TraceHash.ShouldBe(silent);
        text.ToString().ShouldContain("Delivery");
    }

    [Fact]
    public void Each_seed_turns_faults_off_and_weighs_the_others()
    {
        Nemesis Of(ulong seed) => new(new SimulatedCluster(3, seed), seed, Nemesis.All);
        var weights = Enumerable.Range(1, 40).Select(seed => string.Join(' ', Nemesis.All.Select(Of((ulong)seed).WeightOf))).ToArray();
        weights.Distinct().Count().ShouldBe(weights.Length);
        weights.SelectMany(line => line.Split(' ')).Distinct().Order(StringComparer.Ordinal).ShouldBe(["0", "1", "2", "4", "8"]);
        Nemesis.All.Where(fault => Of(1).WeightOf(fault) > 0).ShouldBe(Of(1).Faults);
    }

    [Fact]
    public void Among_some_seeds_every_kind_of_fault_and_what_it_leads_to_is_reached()
    {
        var reached = new Invariants.ReachedCounts();
        var faults = new HashSet<FaultKind>();
        for (ulong seed = 100; seed < 130; seed++)
        {
            var run = new SimulationRun(new() { Seed = seed, Duration = TimeSpan.FromSeconds(10) });
            reached.Add(run.Execute().Reached);
            faults.UnionWith(run.Faults);
        }

        faults.Count.ShouldBe(Nemesis.All.Length);
        reached.Elections.ShouldBeGreaterThan(30);
        reached.StepDowns.ShouldBeGreaterThan(0);
        reached.Truncations.ShouldBeGreaterThan(0);
        reached.CrashesMidWrite.ShouldBeGreaterThan(0);
        reached.PartitionsHealed.ShouldBeGreaterThan(0);
        reached.CleanStops.ShouldBeGreaterThan(0);
        reached.Wipes.ShouldBeGreaterThan(0);
        reached.DamageRefused.ShouldBeGreaterThan(0);
        reached.Resets.ShouldBeGreaterThan(0);
        reached.Solos.ShouldBeGreaterThan(0);
        reached.Unknown.ShouldBeGreaterThan(0);
    }
}
