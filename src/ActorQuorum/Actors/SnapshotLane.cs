using ActorQuorum.Hosting;

namespace ActorQuorum.Actors;

/// <summary>
/// The jobs of a lane of its own, one after the other in the order in which they were given: what is written and read for snapshots never stands before
/// the log's flush. What follows a job happens on the SnapshotActor's turn.
/// </summary>
internal sealed class SnapshotLane(IDiskLane lane, NodeContext context)
{
    private readonly Queue<(Action Write, Action Flush, Action Then)> _waiting = new();
    private Action? _then;

    /// <summary>How many jobs wait or are under way.</summary>
    public int Jobs => _waiting.Count + (_then is null ? 0 : 1);

    /// <summary>Does some work, then flushes, then calls <paramref name="then"/> on the actor's turn.</summary>
    public void Run(Action write, Action flush, Action then)
    {
        _waiting.Enqueue((write, flush, then));
        Next();
    }

    /// <summary>Does some work, then calls <paramref name="then"/> on the actor's turn.</summary>
    public void Run(Action work, Action then) => Run(work, static () => { }, then);

    /// <summary>The lane said that it has done its job.</summary>
    public void Done()
    {
        var then = _then;
        _then = null;
        then?.Invoke();
        Next();
    }

    private void Next()
    {
        if (_then is not null || !_waiting.TryDequeue(out var job)) return;
        _then = job.Then;
        lane.Run(job.Write, job.Flush, () => context.Snapshots.Tell(SnapshotLaneDone.Instance));
    }
}
