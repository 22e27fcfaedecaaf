using System.Collections.Immutable;
using Xunit.Abstractions;

namespace ActorQuorum.Mutants.Tests;

/// <summary>
/// The simulator must find every bug that we know how to make: one that it does not find is a finding about the simulator. Each family is a class,
/// so that two of them are looked for side by side.
/// </summary>
public abstract class KnownBugs(ITestOutputHelper output)
{
    private const int BudgetSeeds = 200;
    private const int LongestMessage = 400;

    private protected static TheoryData<string> NamesOf(ImmutableArray<Mutant> bugs) => [.. bugs.Select(bug => bug.Name)];

    private protected void Find(ImmutableArray<Mutant> bugs, string name)
    {
        var cluster = new MutatedCluster(bugs.Single(bug => bug.Name == name));
        var finding = cluster.FindBug(BudgetSeeds);
        finding.ShouldNotBeNull($"{name}: seeds 1 to {BudgetSeeds} show nothing; the nemesis does not reach it, or no invariant sees it");
        var message = finding.Message.Length <= LongestMessage ? finding.Message : finding.Message[..LongestMessage];
        output.WriteLine($"{name}: seed {finding.Seed}, {finding.Promise}\n{message}");
    }
}
