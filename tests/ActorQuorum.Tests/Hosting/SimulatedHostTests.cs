using ActorQuorum.Hosting;
using ActorQuorum.TestKit.Hosting;

namespace ActorQuorum.Tests.Hosting;

/// <summary>The simulated host keeps the contract in virtual time.</summary>
public sealed class SimulatedHostTests : HostContract
{
    private readonly Simulation _simulation = new(seed: 1);
    private readonly SimulatedHost _host;

    public SimulatedHostTests() => _host = new(_simulation, 1, new(_simulation), () => DiskLatency.Fast);

    private protected override IActorHost Host => _host;

    private protected override Exception? Failure => _host.Failure;

    private protected override bool IsThreadSafe => false;

    [Fact]
    public void A_paused_node_does_nothing_until_it_wakes_and_then_all_that_waited()
    {
        var rung = 0;
        using var timer = _host.Every(TimeSpan.FromMilliseconds(10), () => rung++);
        _host.Pause(TimeSpan.FromSeconds(1));
        _simulation.RunFor(TimeSpan.FromMilliseconds(900));
        rung.ShouldBe(0);
        _simulation.RunFor(TimeSpan.FromSeconds(1));
        rung.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void A_crash_between_write_and_flush_never_flushes()
    {
        var steps = new List<string>();
        _host.StartDiskLane("disk").Run(
            () =>
            {
                steps.Add("write");
                _host.Crash();
            },
            () => steps.Add("flush"), () => steps.Add("done"));
        _simulation.RunFor(TimeSpan.FromSeconds(1));
        steps.ShouldBe(["write"]);
    }

    private protected override void Until(Func<bool> condition) => _simulation.RunUntil(condition, TimeSpan.FromSeconds(60)).ShouldBeTrue();

    private protected override void Settle() => _simulation.RunFor(TimeSpan.FromSeconds(1));
}
