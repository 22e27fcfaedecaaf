using ActorQuorum.Hosting;

namespace ActorQuorum.TestKit.Hosting;

/// <summary>Hosts the actors of one node in a <see cref="Simulation"/>. Stopping it is a crash: nothing of the node runs any more.</summary>
internal sealed class SimulatedHost(Simulation simulation, long node, NodeClock clock, Func<DiskLatency> latency, Func<TimeSpan>? mostTurnDelay = null) : IActorHost
{
    private TimeSpan _pausedUntil;

    /// <summary>Called after each thing that this node did: invariants are checked here.</summary>
    public Action? Stepped { get; set; }

    /// <inheritdoc/>
    public TimeProvider Time => clock;

    /// <summary>Whether nothing of this node runs any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Why the node stopped itself, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public IMailbox<TMessage> Start<TMessage>(string name, IActor<TMessage> actor, int turnMessages) =>
        new SimulatedMailbox<TMessage>(this, actor, turnMessages);

    /// <inheritdoc/>
    public IDiskLane StartDiskLane(string name) => new SimulatedLane(this, latency);

    /// <inheritdoc/>
    public IDisposable Every(TimeSpan period, Action callback)
    {
        var timer = new Periodic();
        Ring();
        return timer;

        void Ring() => After(clock.Virtual(period), () =>
        {
            if (timer.IsDisposed) return;
            Trace(TraceKind.Timer);
            callback();
            Ring();
        });
    }

    /// <inheritdoc/>
    public void Fail(Exception cause)
    {
        Failure ??= cause;
        IsStopped = true;
    }

    /// <summary>Stops everything of the node between two steps, as kill -9 does.</summary>
    public void Crash() => IsStopped = true;

    /// <summary>Nothing of the node runs for a while; what arrives waits, as for a process that is swapped out.</summary>
    public void Pause(TimeSpan duration) => _pausedUntil = simulation.Now + duration;

    /// <summary>A number below <paramref name="bound"/> from the run's seed.</summary>
    internal long Draw(long bound) => simulation.Random.Below(bound);

    /// <summary>Notes what this node does.</summary>
    internal void Trace(TraceKind kind, long detail = 0) => simulation.Trace.Add(simulation.Now, kind, node, detail);

    /// <summary>Something of this node can run now, or once the processor has time for it.</summary>
    internal void Ready(Action turn)
    {
        var most = mostTurnDelay?.Invoke() ?? TimeSpan.Zero;
        if (most == TimeSpan.Zero) simulation.Ready(() => WhenAwake(turn));
        else After(simulation.Random.Between(TimeSpan.Zero, most), turn);
    }

    /// <summary>Something happens to this node after a while.</summary>
    internal void After(TimeSpan delay, Action happening) => simulation.After(delay, () => WhenAwake(happening));

    private void WhenAwake(Action action)
    {
        if (IsStopped) return;
        if (simulation.Now < _pausedUntil) simulation.After(_pausedUntil - simulation.Now, () => WhenAwake(action));
        else Guard(action);
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
#pragma warning disable CA1031 // Fail-stop: whatever went wrong, this node ends and the others live on.
        catch (Exception cause) when (cause is not BrokenPromiseException)
#pragma warning restore CA1031
        {
            Fail(cause);
        }

        Stepped?.Invoke();
    }

    private sealed class Periodic : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
