using ActorQuorum.Core.Tests.Voting.Harness;

namespace ActorQuorum.Core.Tests.Voting;

/// <summary>Many faults in many orders: never two masters in one formation, and one master of all soon after peace.</summary>
public sealed class ChaosTests
{
    [Fact]
    [Trait("Row", "QC-14")]
    public void Whatever_fails_no_formation_has_two_masters_and_peace_brings_one_for_all()
    {
        var failures = new List<string>();
        var (from, count) = Range();
        for (var seed = from; seed < from + count; seed++)
        {
            try
            {
                new VotingChaos(seed).Run(20);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                failures.Add($"seed {seed}: {failure.Message.Split('\n')[0]}");
                if (failures.Count == 1) failures.Add(failure.ToString());
            }
        }

        failures.ShouldBeEmpty();
    }

    private static (ulong From, ulong Count) Range() =>
        Environment.GetEnvironmentVariable("VOTING_SEEDS")?.Split('+') is [var from, var count]
            ? (ulong.Parse(from, System.Globalization.CultureInfo.InvariantCulture), ulong.Parse(count, System.Globalization.CultureInfo.InvariantCulture))
            : (1, 200);
}
