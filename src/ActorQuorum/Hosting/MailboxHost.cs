using System.Collections.Concurrent;
using ActorQuorum.Configuration;

namespace ActorQuorum.Hosting;

/// <summary>The default host: each actor has a mailbox that the thread pool or a thread of its own serves, one turn at a time; the disk lane has a thread.</summary>
internal sealed class MailboxHost(TimeProvider time, NodeRuntime runtime = NodeRuntime.Pool) : INodeHost, IDisposable
{
    private readonly ConcurrentBag<IDisposable> _owned = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isStopped;

    /// <inheritdoc/>
    public TimeProvider Time => time;

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public bool IsStopped => _isStopped;

    /// <inheritdoc/>
    public IMailbox<TMessage> Start<TMessage>(string name, IActor<TMessage> actor, int turnMessages)
    {
        if (runtime == NodeRuntime.Pool) return new Mailbox<TMessage>(this, name, actor, turnMessages);
        var mailbox = new ThreadMailbox<TMessage>(this, name, actor, turnMessages);
        _owned.Add(mailbox);
        return mailbox;
    }

    /// <inheritdoc/>
    public IDiskLane StartDiskLane(string name)
    {
        var lane = new DiskLane(this, name);
        _owned.Add(lane);
        return lane;
    }

    /// <inheritdoc/>
    public IDisposable Every(TimeSpan period, Action callback)
    {
        var timer = time.CreateTimer(_ => Guard(callback), null, period, period);
        _owned.Add(timer);
        return timer;
    }

    /// <inheritdoc/>
    public void Fail(Exception cause)
    {
        _isStopped = true;
        _completion.TrySetException(cause);
    }

    /// <summary>Stops the host without a cause: the actors have said their last word.</summary>
    public void Stop()
    {
        _isStopped = true;
        _completion.TrySetResult();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        while (_owned.TryTake(out var owned)) owned.Dispose();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs work of this node; an exception stops the node and nothing else.</summary>
    internal void Guard(Action work)
    {
        if (_isStopped) return;
        try
        {
            work();
        }
#pragma warning disable CA1031 // Fail-stop: whatever went wrong, the node ends here and the process lives on.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            Fail(cause);
        }
    }
}
