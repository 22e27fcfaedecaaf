using System.Collections.Concurrent;
using ActorQuorum.Hosting;
using Akka.Actor;

namespace ActorQuorum.Akka.Hosting;

/// <summary>
/// Hosts the actors of one node in an actor system. The first one started, the NodeActor, is <c>/user/quorum</c>; the others live below it.
/// Fail-stop: whatever goes wrong in one of them stops them all, and the system lives on.
/// </summary>
internal sealed class AkkaHost(ActorSystem system, TimeProvider time, HostDispatchers dispatchers, bool ownsSystem = false) : INodeHost
{
    /// <summary>The name of the topmost actor: peers find each other by it.</summary>
    public const string Name = "quorum";

    private static readonly TimeSpan BirthPatience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentBag<IDisposable> _timers = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _emptied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IActorRef? _top;
    private int _lanes;
    private volatile bool _isStopped;

    /// <inheritdoc/>
    public TimeProvider Time => time;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public bool IsStopped => _isStopped;

    /// <summary>The system that the actors live in.</summary>
    public ActorSystem System => system;

    /// <summary>Ends when no actor of the node is left, or the whole system ended.</summary>
    public Task Emptied => Task.WhenAny(_emptied.Task, system.WhenTerminated);

    /// <inheritdoc/>
    public IMailbox<TMessage> Start<TMessage>(string name, IActor<TMessage> actor, int turnMessages)
    {
        var dispatcher = name == "storage" ? dispatchers.Storage : dispatchers.Node;
        var props = Props.Create(() => new TurnActor<TMessage>(this, actor, turnMessages)).WithDispatcher(dispatcher);
        return new AkkaMailbox<TMessage>(this, _top is null ? StartTop(props) : StartBelow(props, name));
    }

    /// <inheritdoc/>
    public IDiskLane StartDiskLane() =>
        new AkkaDiskLane(StartBelow(Props.Create(() => new DiskLaneActor(this)).WithDispatcher(dispatchers.Disk), NextLane()));

    /// <summary>The log's lane is the first; that of snapshots comes after it.</summary>
    private string NextLane() => Interlocked.Increment(ref _lanes) is > 1 and var number ? $"disk-{number}" : "disk";

    /// <summary>Starts an actor of the transport's beside those of the node.</summary>
    public IActorRef StartTransport(Props props, string name) => StartBelow(props.WithDispatcher(dispatchers.Node), name);

    /// <inheritdoc/>
    public IDisposable Every(TimeSpan period, Action callback)
    {
        var timer = new HostTimer(system.Scheduler.Advanced);
        _timers.Add(timer);
        system.Scheduler.Advanced.ScheduleRepeatedly(period, period, () => Guard(callback), timer.Cancelable);
        return timer;
    }

    /// <inheritdoc/>
    public void Fail(Exception cause)
    {
        _isStopped = true;
        if (_completion.TrySetException(cause)) StopActors();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        _completion.TrySetResult();
        StopActors();

        // The disk's job under way ends first: whoever waits here closes its files next.
        if (_top is { } top)
        {
            await Emptied.ConfigureAwait(false);
            if (!ownsSystem) await FreeNameAsync(top).ConfigureAwait(false);
        }

        if (ownsSystem) await system.Terminate().ConfigureAwait(false);
    }

    /// <summary>An actor ended. That this host did not ask for it is a failure like any other; after the topmost one nothing of the node runs.</summary>
    internal void Ended(IActorRef actor)
    {
        if (!_isStopped) Fail(new InvalidOperationException($"{actor.Path} was stopped from outside, and a node cannot do without it"));
        if (actor.Equals(_top)) _emptied.TrySetResult();
    }

    /// <summary>Runs work of this node; an exception stops the node and nothing else.</summary>
    internal void Guard(Action work)
    {
        if (_isStopped) return;
        try
        {
            work();
        }
#pragma warning disable CA1031 // Fail-stop: whatever went wrong, the node ends here and the system lives on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            Fail(cause);
        }
    }

    private IActorRef StartTop(Props props)
    {
        try
        {
            return _top = system.ActorOf(props, Name);
        }
        catch (InvalidActorNameException cause)
        {
            throw new InvalidOperationException(
                $"a quorum runs in the actor system {system.Name} already, as /user/{Name}: a system has one, start the other in a system of its own",
                cause);
        }
    }

    private IActorRef StartBelow(Props props, string name)
    {
        // Only the parent may start a child, in its own time; this is the one question ever asked, and only while a node starts.
        var top = _top ?? throw new InvalidOperationException("the topmost actor starts first");
        return top.Ask<IActorRef>(new StartChild(props, name), BirthPatience).GetAwaiter().GetResult();
    }

    /// <summary>
    /// The next quorum of this system bears the same name. A parent forgets a child a little after the child's last word: what the parent is
    /// asked once a watcher knows of the end, it answers after that.
    /// </summary>
    private async Task FreeNameAsync(IActorRef top)
    {
        try
        {
            await top.GracefulStop(BirthPatience).ConfigureAwait(false);
            await system.ActorSelection("/user").Ask<ActorIdentity>(new Identify(Name), BirthPatience).ConfigureAwait(false);
        }
        catch (TaskCanceledException)
        {
            // The system ends, too: nobody needs the name any more.
        }
        catch (AskTimeoutException)
        {
            // The same.
        }
    }

    private void StopActors()
    {
        foreach (var timer in _timers) timer.Dispose();
        if (_top is { } top) system.Stop(top);
    }

    private sealed class HostTimer(IActionScheduler scheduler) : IDisposable
    {
        private readonly Cancelable _cancelable = new(scheduler);

        public ICancelable Cancelable => _cancelable;

        public void Dispose() => _cancelable.Cancel(false);
    }
}
