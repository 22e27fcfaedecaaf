using ActorQuorum.Hosting;

namespace ActorQuorum.TestKit.Hosting;

/// <summary>How long the disk takes, drawn between the two for each write and each flush.</summary>
/// <param name="Least">At least.</param>
/// <param name="Most">Less than.</param>
public sealed record DiskLatency(TimeSpan Least, TimeSpan Most)
{
    /// <summary>A solid-state disk.</summary>
    public static DiskLatency Fast { get; } = new(TimeSpan.FromMicroseconds(50), TimeSpan.FromMilliseconds(1));

    /// <summary>A disk that many others use.</summary>
    public static DiskLatency Slow { get; } = new(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(200));
}

/// <summary>The disk lane as events: a crash may come between the write and its flush.</summary>
internal sealed class SimulatedLane(SimulatedHost host, Func<DiskLatency> latency) : IDiskLane
{
    /// <inheritdoc/>
    public void Run(Action write, Action flush, Action done) =>
        host.After(Draw(), () =>
        {
            host.Trace(TraceKind.Disk, 0);
            write();
            host.After(Draw(), () =>
            {
                host.Trace(TraceKind.Disk, 1);
                flush();
                done();
            });
        });

    private TimeSpan Draw()
    {
        var (least, most) = latency();
        return least + TimeSpan.FromTicks(host.Draw((most - least).Ticks));
    }
}
