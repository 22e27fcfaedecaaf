using System.Globalization;
using ActorQuorum.TestKit.Voting;

namespace ActorQuorum.TestKit.Tests.Voting;

/// <summary>Whole runs of the constant election under random faults.</summary>
public sealed class VotingRunTests
{
    [Fact]
    [Trait("Row", "QC-14")]
    public void Fifty_seeds_keep_every_promise_under_all_faults()
    {
        var reached = new VotingReached();
        var failures = new List<string>();
        var (first, count) = Range();
        for (var seed = first; seed < first + count; seed++)
        {
            var run = new VotingSimulationRun(new() { Seed = seed, Nodes = 1 + (int)(seed % 6), Duration = TimeSpan.FromSeconds(20) });
            try
            {
                reached.Add(run.Execute().Reached);
            }
            catch (Exception broken) when (broken is not OutOfMemoryException)
            {
                failures.Add($"seed {seed}: {broken.Message}\n{(failures.Count == 0 ? string.Join('\n', run.LastEvents) + run.Describe() : "")}");
            }
        }

        failures.ShouldBeEmpty(string.Join('\n', failures));
        reached.Masterships.ShouldBeGreaterThan(50);
        reached.StepDowns.ShouldBeGreaterThan(20);
        reached.LeasesLost.ShouldBeGreaterThan(0);
        reached.GoingsOver.ShouldBeGreaterThan(0);
        reached.Dispatches.ShouldBeGreaterThan(0);
        reached.MinorityStops.ShouldBeGreaterThan(0);
        reached.NamesRefused.ShouldBeGreaterThan(0);
    }

    private static (ulong First, ulong Count) Range() =>
        Environment.GetEnvironmentVariable("VOTING_SEEDS")?.Split('+') is [var from, var count]
            ? (ulong.Parse(from, CultureInfo.InvariantCulture), ulong.Parse(count, CultureInfo.InvariantCulture))
            : (1, 50);
}
