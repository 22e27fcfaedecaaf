using ActorQuorum.Hosting;

namespace ActorQuorum.TestKit.Hosting;

/// <summary>How long the disk takes, drawn between the two for each write and each flush.</summary>
/// <param name="Least">At least.</param>
/// <param name="Most">Less than.</param>
internal sealed record DiskLatency(TimeSpan Least, TimeSpan Most)
{
    /// <summary>A solid-state disk.</summary>
    public static DiskLatency Fast { get; } = new(TimeSpan.FromMicroseconds(50), TimeSpan.FromMilliseconds(1));
}

/// <summary>The disk lane as events: a crash may come between the write and its flush.</summary>
internal sealed class SimulatedLane(SimulatedHost host, DiskLatency latency) : IDiskLane
{
    /// <inheritdoc/>
    public void Run(Action write, Action flush, Action done) =>
        host.After(Draw(), () =>
        {
            write();
            host.After(Draw(), () =>
            {
                flush();
                done();
            });
        });

    private TimeSpan Draw() => latency.Least + TimeSpan.FromTicks(host.Draw((latency.Most - latency.Least).Ticks));
}
