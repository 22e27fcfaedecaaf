namespace ActorQuorum.TestKit.Hosting;

/// <summary>The simulation's clock as a <see cref="TimeProvider"/>.</summary>
internal sealed class VirtualTime(Simulation simulation) : TimeProvider
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => simulation.Now.Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Epoch + simulation.Now;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("In the simulator timers come from the host: IActorHost.Every.");
}
