namespace ActorQuorum.TestKit.Tests.Simulation;

/// <summary>Virtual time moves on, or the run says so.</summary>
public sealed class TimeTests
{
    [Fact]
    public void Work_that_makes_itself_without_end_at_one_moment_breaks_a_promise()
    {
        var simulation = new TestKit.Hosting.Simulation(seed: 1);
        simulation.After(TimeSpan.FromSeconds(3), Again);
        var broken = Should.Throw<BrokenPromiseException>(() => simulation.RunFor(TimeSpan.FromSeconds(10)));
        broken.Promise.ShouldBe("TimeMovesOn");
        broken.Message.ShouldContain("at 3 s");

        void Again() => simulation.Ready(Again);
    }

    [Fact]
    public void Much_work_at_each_of_many_moments_breaks_none()
    {
        var simulation = new TestKit.Hosting.Simulation(seed: 1);
        simulation.After(TimeSpan.FromTicks(1), Again);
        simulation.RunFor(TimeSpan.FromTicks(1_500_000));
        simulation.Steps.ShouldBe(1_500_000);

        void Again() => simulation.After(TimeSpan.FromTicks(1), Again);
    }
}
