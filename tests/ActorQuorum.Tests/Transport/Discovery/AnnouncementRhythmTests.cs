using ActorQuorum.Transport.Discovery;

namespace ActorQuorum.Tests.Transport.Discovery;

[Trait("Row", "QC-1")]
public class AnnouncementRhythmTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Last = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(10);

    [Fact]
    public void The_first_is_at_once_and_the_pauses_double_up_to_the_longest_and_never_end()
    {
        var times = Times(new(First, Last, 1), TimeSpan.FromMinutes(1), _ => false);
        times[0].ShouldBe(TimeSpan.Zero);
        var pauses = times.Zip(times.Skip(1), (one, next) => next - one).ToArray();
        double[] expected = [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000];
        for (var i = 0; i < expected.Length; i++)
        {
            pauses[i].TotalMilliseconds.ShouldBeInRange(expected[i], (expected[i] * 1.1) + Step.TotalMilliseconds, $"pause {i}");
        }

        pauses.Length.ShouldBeGreaterThan(12);
    }

    [Fact]
    public void Who_has_met_another_announces_slowly_but_goes_on() =>
        Times(new(First, Last, 1), TimeSpan.FromMinutes(1), _ => true).Count.ShouldBeInRange(10, 13);

    [Fact]
    public void After_a_loss_it_hurries_again()
    {
        var rhythm = new AnnouncementRhythm(First, Last, 1);
        rhythm.IsDue(TimeSpan.Zero, hasMet: true).ShouldBeTrue();
        var lost = TimeSpan.FromSeconds(1);
        rhythm.IsDue(lost, hasMet: false).ShouldBeFalse();
        rhythm.Hurry(lost);
        rhythm.IsDue(lost + First, hasMet: false).ShouldBeTrue();
        rhythm.IsDue(lost + First + First, hasMet: false).ShouldBeFalse();
        rhythm.IsDue(lost + First + (First * 1.1), hasMet: false).ShouldBeTrue();
    }

    [Fact]
    public void Nodes_started_together_drift_apart()
    {
        var one = Times(new(First, Last, 1), TimeSpan.FromMinutes(1), _ => false);
        var other = Times(new(First, Last, 0x9E3779B97F4A7C15), TimeSpan.FromMinutes(1), _ => false);
        one.Intersect(other).Count().ShouldBeLessThan(one.Count / 2);
    }

    private static List<TimeSpan> Times(AnnouncementRhythm rhythm, TimeSpan until, Func<TimeSpan, bool> hasMet)
    {
        var times = new List<TimeSpan>();
        for (var now = TimeSpan.Zero; now < until; now += Step)
        {
            if (rhythm.IsDue(now, hasMet(now))) times.Add(now);
        }

        return times;
    }
}
