using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Stopping;

[Trait("Row", "QC-6")]
[Trait("Row", "QC-7")]
public sealed class StoppingTests(ThreeNodes three) : IClassFixture<ThreeNodes>
{
    // The promise is two seconds; the rest is for a machine that does other things as well.
    private static readonly TimeSpan Promise = TimeSpan.FromSeconds(4);

    private readonly RealCluster _cluster = three.Cluster;

    [Fact]
    public async Task Q_hands_leadership_over_and_ends_the_process()
    {
        var leader = await _cluster.LeaderAsync();

        leader.Process!.Type("q");

        (await leader.Process.ExitAsync(Promise)).ShouldBe(0);
        var next = await _cluster.LeaderAsync();
        next.Process!.Output.ShouldContain($"{leader.Name} hands over");
        leader.Start();
        await _cluster.LeaderAsync();
    }

    [SkippableTheory]
    [InlineData(Signals.Interrupt)]
    [InlineData(Signals.Terminate)]
    public async Task A_signal_ends_the_process_at_once(int signal)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such signals.");
        var leader = await _cluster.LeaderAsync();

        Signals.Send(leader.Process!.Id, signal);

        (await leader.Process.ExitAsync(Promise)).ShouldBe(0);
        await _cluster.LeaderAsync();
        leader.Start();
        await Eventually.HoldsAsync("it is a member as before", async () => await leader.StatusAsync() is { Leader: not 0 });
    }

    [Fact]
    public async Task A_closed_standard_input_ends_nothing()
    {
        var follower = await _cluster.FollowerAsync();

        follower.Process!.CloseInput();

        await follower.PutAsync("input-closed", "1");
        (await follower.GetAsync("input-closed")).ShouldBe("1");
        follower.IsRunning.ShouldBeTrue();
    }
}
