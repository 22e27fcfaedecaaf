using System.Collections.Concurrent;

namespace ActorQuorum.Hosting;

/// <summary>A mailbox on the thread pool: scheduled when a message finds it idle, and again while messages are left after a turn.</summary>
internal sealed class Mailbox<TMessage>(MailboxHost host, string name, IActor<TMessage> actor, int turnMessages)
    : IMailbox<TMessage>, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<TMessage> _messages = new();
    private int _isScheduled;

    /// <inheritdoc/>
    public void Tell(TMessage message)
    {
        if (host.IsStopped) return;
        _messages.Enqueue(message);
        Schedule();
    }

    /// <inheritdoc/>
    public int? Waiting => _messages.Count;

    /// <summary>One turn.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        host.Guard(TakeTurn);

        // A full fence: were the mailbox looked into before this is seen, a message told in between would be scheduled by neither side.
        Interlocked.Exchange(ref _isScheduled, 0);
        if (!_messages.IsEmpty && !host.IsStopped) Schedule();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{name} ({_messages.Count} waiting)";

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void TakeTurn()
    {
        for (var left = turnMessages; left > 0 && !host.IsStopped && _messages.TryDequeue(out var message); left--) actor.Receive(message);
        actor.EndTurn();
    }
}
