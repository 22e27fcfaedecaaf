using ActorQuorum.Core.Tests.Harness;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.Core.Tests.Properties;

/// <summary>
/// Random schedules of deliveries, losses, repetitions, ticks, disks, crashes and wiped disks: election safety, log matching, leader
/// completeness, state machine safety, monotonic terms and commits, nothing said before it is durable, fresh reads; then liveness.
/// </summary>
[Trait("Row", "CO-8")]
public sealed class ScheduleTests
{
    [Theory]
    [InlineData(3, 80, 1800)]
    [InlineData(5, 40, 2500)]
    public void A_founded_cluster_keeps_its_promises(int members, int schedules, int length) =>
        Check(() => CoreCluster.Of(members), schedules, length, leastElections: schedules);

    [Theory]
    [InlineData(3, 30, 1500)]
    [InlineData(5, 20, 2000)]
    public void A_cluster_that_founds_itself_keeps_its_promises(int members, int schedules, int length) =>
        Check(() => CoreCluster.Fresh(members), schedules, length, leastElections: 1);

    /// <summary>Logs that differ as before figure 8 (c), and one entry a message: earlier terms' entries travel without the leader's own.</summary>
    [Fact]
    public void A_cluster_that_begins_as_in_figure_8_keeps_its_promises() =>
        Check(
            () => CoreCluster.Of(
                5, n => n switch { 1 or 2 => [1, 2], 5 => [1, 3], _ => [1] }, _ => 3, o => o with { AppendSizeBytes = 1, AppendWindow = 2 }),
            schedules: 40, length: 1500, leastElections: 40);

    /// <summary>Members come and go, disks are lost on the way, logs are compacted, and who is behind gets a snapshot.</summary>
    [Theory]
    [Trait("Row", "CO-3")]
    [InlineData(0, 40)]
    [InlineData(3, 40)]
    public void A_cluster_whose_members_and_log_change_keeps_its_promises(int trailing, int schedules)
    {
        var (joints, installed) = (0, 0);
        Check(
            () => CoreCluster.Of(3, o => o with { TrailingEntries = trailing, AppendSizeBytes = 200, AppendWindow = 4 }),
            schedules, length: 3000, leastElections: schedules, changesMembers: true, done: schedule =>
            {
                joints += schedule.Invariants.Joints;
                installed += schedule.Invariants.Installed;
            });
        joints.ShouldBeGreaterThan(schedules * 2, "schedules in which no voter comes or goes prove little");
        installed.ShouldBeGreaterThan(schedules * 2, $"{joints} joint");
    }

    private static void Check(
        Func<CoreCluster> make, int schedules, int length, int leastElections, bool changesMembers = false, Action<Schedule>? done = null)
    {
        var elections = 0;
        var committed = 0L;
        var reads = 0;
        var happenings = Arb.From(Gen.Choose(0, 2_000_000_000).ArrayOf(length), numbers => Shorter(numbers));
        var property = Prop.ForAll(happenings, numbers =>
        {
            var schedule = new Schedule(make(), changesMembers);
            schedule.Run(numbers);
            elections += schedule.Invariants.Elections;
            committed += schedule.Invariants.Committed;
            reads += schedule.Invariants.ReadsConfirmed;
            schedule.Heal();
            done?.Invoke(schedule);
        });
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(schedules).WithReplay(2026, 11));
        elections.ShouldBeGreaterThanOrEqualTo(leastElections, "schedules in which nobody leads prove little");
        if (leastElections > 1)
        {
            committed.ShouldBeGreaterThan(schedules);
            reads.ShouldBeGreaterThan(0);
        }
    }

    /// <summary>Shrinking by halves and pieces: a failing schedule is short enough to read.</summary>
    private static IEnumerable<int[]> Shorter(int[] numbers)
    {
        for (var piece = numbers.Length / 2; piece > 0; piece /= 2)
            for (var at = 0; at + piece <= numbers.Length; at += piece)
                yield return [.. numbers[..at], .. numbers[(at + piece)..]];
    }
}
