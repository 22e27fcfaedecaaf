using ActorQuorum.Hosting;

namespace ActorQuorum.TestKit.Hosting;

/// <summary>Hosts the actors of one node in a <see cref="Simulation"/>. Stopping it is a crash: nothing of the node runs any more.</summary>
internal sealed class SimulatedHost(Simulation simulation, DiskLatency latency) : IActorHost
{
    private TimeSpan _pausedUntil;

    /// <inheritdoc/>
    public TimeProvider Time { get; } = new VirtualTime(simulation);

    /// <summary>Whether nothing of this node runs any more.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Why the node stopped itself, or null.</summary>
    public Exception? Failure { get; private set; }

    /// <inheritdoc/>
    public IMailbox<TMessage> Start<TMessage>(string name, IActor<TMessage> actor, int turnMessages) =>
        new SimulatedMailbox<TMessage>(this, actor, turnMessages);

    /// <inheritdoc/>
    public IDiskLane StartDiskLane() => new SimulatedLane(this, latency);

    /// <inheritdoc/>
    public void RunAside(Action work) => simulation.Ready(() => Guard(work));

    /// <inheritdoc/>
    public IDisposable Every(TimeSpan period, Action callback)
    {
        var timer = new Periodic();
        Ring();
        return timer;

        void Ring() => After(period, () =>
        {
            if (timer.IsDisposed) return;
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

    /// <summary>Something of this node can run now.</summary>
    internal void Ready(Action turn) => simulation.Ready(() => WhenAwake(() => Guard(turn)));

    /// <summary>Something happens to this node after a while.</summary>
    internal void After(TimeSpan delay, Action happening) => simulation.After(delay, () => WhenAwake(() => Guard(happening)));

    private void WhenAwake(Action action)
    {
        if (simulation.Now < _pausedUntil) simulation.After(_pausedUntil - simulation.Now, action);
        else action();
    }

    private void Guard(Action work)
    {
        if (IsStopped) return;
        try
        {
            work();
        }
#pragma warning disable CA1031 // Fail-stop: whatever went wrong, this node ends and the others live on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            Fail(cause);
        }
    }

    private sealed class Periodic : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }
}
