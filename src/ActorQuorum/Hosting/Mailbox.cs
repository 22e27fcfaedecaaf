namespace ActorQuorum.Hosting;

/// <summary>A mailbox on the thread pool: scheduled when a message finds it idle, and again while messages are left after a turn.</summary>
internal sealed class Mailbox<TMessage> : IMailbox<TMessage>, IThreadPoolWorkItem
{
    private readonly TurnQueue<TMessage> _queue;
    private readonly MailboxHost _host;
    private readonly string _name;
    private readonly Action _turn;
    private int _isScheduled;

    /// <summary>A mailbox that nobody told anything yet.</summary>
    public Mailbox(MailboxHost host, string name, IActor<TMessage> actor, int turnMessages)
    {
        (_host, _name) = (host, name);
        _queue = new(host, actor, turnMessages);
        _turn = _queue.TakeTurn;
    }

    /// <inheritdoc/>
    public int? Waiting => _queue.Count;

    /// <inheritdoc/>
    public void Tell(TMessage message)
    {
        if (_queue.TryEnqueue(message)) Schedule();
    }

    /// <summary>One turn.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        _host.Guard(_turn);

        // A full fence: were the mailbox looked into before this is seen, a message told in between would be scheduled by neither side.
        Interlocked.Exchange(ref _isScheduled, 0);
        if (_queue.HasTurn) Schedule();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_name} ({_queue.Count} waiting)";

    private void Schedule()
    {
        if (Interlocked.CompareExchange(ref _isScheduled, 1, 0) == 0)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
