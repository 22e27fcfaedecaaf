using System.Collections.Concurrent;

namespace ActorQuorum.Hosting;

/// <summary>A mailbox on the thread pool: scheduled when a message finds it idle, and again while messages are left after a turn.</summary>
internal sealed class Mailbox<TMessage> : IMailbox<TMessage>, IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<TMessage> _messages = new();
    private readonly MailboxHost _host;
    private readonly string _name;
    private readonly IActor<TMessage> _actor;
    private readonly int _turnMessages;
    private readonly Action _turn;
    private int _isScheduled;

    /// <summary>A mailbox that nobody told anything yet.</summary>
    public Mailbox(MailboxHost host, string name, IActor<TMessage> actor, int turnMessages)
    {
        (_host, _name, _actor, _turnMessages) = (host, name, actor, turnMessages);
        _turn = TakeTurn;
    }

    /// <inheritdoc/>
    public void Tell(TMessage message)
    {
        if (_host.IsStopped) return;
        _messages.Enqueue(message);
        Schedule();
    }

    /// <inheritdoc/>
    public int? Waiting => _messages.Count;

    /// <summary>One turn.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _host.Guard(_turn);

        // A full fence: were the mailbox looked into before this is seen, a message told in between would be scheduled by neither side.
        Interlocked.Exchange(ref _isScheduled, 0);
        if (!_messages.IsEmpty && !_host.IsStopped) Schedule();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_name} ({_messages.Count} waiting)";

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void TakeTurn()
    {
        for (var left = _turnMessages; left > 0 && !_host.IsStopped && _messages.TryDequeue(out var message); left--) _actor.Receive(message);
        _actor.EndTurn();
    }
}
