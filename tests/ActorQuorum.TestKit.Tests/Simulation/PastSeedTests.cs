using System.Collections.Immutable;
using ActorQuorum.TestKit.Faults;

namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>Every seed that ever broke a promise, run as it was; what it showed stands in docs/proof.md.</summary>
public sealed class PastSeedTests
{
    /// <summary>What a seed draws depends on what there is to draw from.</summary>
    private static readonly ImmutableArray<FaultKind> s_asItWas = [.. Nemesis.All.Where(fault => fault <= FaultKind.Reordering)];

    [Theory]
    [InlineData(2, "a flush was still to fail when peace began")]
    [InlineData(4, "a start on a full disk; a leader of an older term, elected late")]
    [InlineData(13267, "a restarted follower took the answer to its former process's request for that to a new one of the same number")]
    [InlineData(1022, "an acknowledgement was under way while its disk was lost")]
    [InlineData(1795189767029, "a forwarded delete arrived twice")]
    public void A_seed_that_broke_a_promise_once_keeps_all_now(ulong seed, string showed)
    {
        var report = new SimulationRun(new() { Seed = seed, Nodes = 5, Duration = TimeSpan.FromSeconds(30), Faults = s_asItWas }).Execute();
        report.Reached.Commits.ShouldBeGreaterThan(0, showed);
    }

    [Theory]
    [InlineData(2, "a founder that is alone in its file lost its disk, when it had others beside it, and was not told to join them")]
    public void A_seed_of_a_node_whose_cluster_grew_keeps_all_promises_now(ulong seed, string showed)
    {
        var report = new SimulationRun(new()
        {
            Seed = seed, Nodes = 1, Faults = [FaultKind.Wipe, FaultKind.Partition], Compacts = true, Snapshots = true, Changes = true,
        }).Execute();
        report.Reached.Wipes.ShouldBeGreaterThan(0, showed);
    }

    [Theory]
    [InlineData(830038, "a leader whose last committed configuration is without it asked itself for a change, was not ready, and asked again at once, for ever")]
    public void A_seed_of_members_that_come_and_go_keeps_all_promises_now(ulong seed, string showed)
    {
        var report = new SimulationRun(new() { Seed = seed, Compacts = true, Snapshots = true, Changes = true }).Execute();
        report.Reached.Changes.ShouldBeGreaterThan(0, showed);
    }
}
