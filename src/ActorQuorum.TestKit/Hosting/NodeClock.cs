namespace ActorQuorum.TestKit.Hosting;

/// <summary>A node's own clock: virtual time, running fast or slow by some parts of a million.</summary>
internal sealed class NodeClock(Simulation simulation) : TimeProvider
{
    private const long Million = 1_000_000;
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private TimeSpan _changedAt = simulation.Now;
    private TimeSpan _localThen = simulation.Now;
    private long _drift;

    /// <summary>By how many parts of a million it runs fast; negative if slow.</summary>
    public long DriftPerMillion
    {
        get => _drift;
        set
        {
            (_localThen, _changedAt) = (Local, simulation.Now);
            _drift = value;
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    private TimeSpan Local => _localThen + Scaled(simulation.Now - _changedAt, Million + _drift, Million);

    /// <inheritdoc/>
    public override long GetTimestamp() => Local.Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => Epoch + Local;

    /// <summary>How long something takes in virtual time that takes <paramref name="local"/> on this clock.</summary>
    public TimeSpan Virtual(TimeSpan local) => Scaled(local, Million, Million + _drift);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("In the simulator timers come from the host: IActorHost.Every.");

    private static TimeSpan Scaled(TimeSpan time, long numerator, long denominator) => new((long)((Int128)time.Ticks * numerator / denominator));
}
