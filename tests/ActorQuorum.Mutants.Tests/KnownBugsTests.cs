using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>The simulator must find every bug that we know how to make: one that it does not find is a finding about the simulator.</summary>
public class KnownBugsTests(ITestOutputHelper output)
{
    private const int BudgetSeeds = 200;
    private const int LongestMessage = 400;

    public static TheoryData<string> Names => [.. KnownBugs.All.Select(mutant => mutant.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_default_budget_finds(string bug)
    {
        using var cluster = new MutatedCluster(KnownBugs.All.Single(mutant => mutant.Name == bug));
        var finding = cluster.FindBug(BudgetSeeds);
        finding.ShouldNotBeNull($"{bug}: seeds 1 to {BudgetSeeds} show nothing; the nemesis does not reach it, or no invariant sees it");
        var message = finding.Message.Length <= LongestMessage ? finding.Message : finding.Message[..LongestMessage];
        output.WriteLine($"{bug}: seed {finding.Seed}, {finding.Promise}\n{message}");
    }
}
