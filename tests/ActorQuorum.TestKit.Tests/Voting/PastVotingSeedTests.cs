using ActorQuorum.TestKit.Voting;

namespace ActorQuorum.TestKit.Tests.Voting;

/// <summary>Every seed that ever broke a promise of the constant election, run as it was.</summary>
[Trait("Row", "QC-14")]
public sealed class PastVotingSeedTests
{
    [Theory]
    [InlineData(133, 2, "a node whose founder died before it acted founded another formation within its own discovery window")]
    [InlineData(1725, 4, "a member that was lost when the formation was founded was not counted as lost by those who had heard later words of it")]
    [InlineData(285, 5, "a member that another start had pushed out had claimed a higher epoch than its master's, and heard it no more")]
    [InlineData(1098, 5, "a newcomer held the newest roster, but those who held an older one did not vote for it, as it was not in theirs")]
    public void A_seed_that_broke_a_promise_once_keeps_all_now(ulong seed, int nodes, string showed)
    {
        var report = new VotingSimulationRun(new() { Seed = seed, Nodes = nodes, Duration = TimeSpan.FromSeconds(20) }).Execute();
        report.Reached.Masterships.ShouldBeGreaterThan(0, showed);
    }

    [Fact]
    public void A_seed_gives_the_same_run_again()
    {
        var (one, other) = (Run(42), Run(42));
        one.TraceHash.ShouldBe(other.TraceHash);
        one.Steps.ShouldBe(other.Steps);
        Run(43).TraceHash.ShouldNotBe(one.TraceHash);
    }

    private static VotingSimulationReport Run(ulong seed) => new VotingSimulationRun(new() { Seed = seed, Duration = TimeSpan.FromSeconds(10) }).Execute();
}
