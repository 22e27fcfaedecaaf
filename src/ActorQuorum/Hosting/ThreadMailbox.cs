namespace ActorQuorum.Hosting;

/// <summary>
/// A mailbox with a thread of its own, which sleeps in the kernel while there is nothing to do: an idle actor costs no time, and a busy one
/// shares its thread with nobody.
/// </summary>
internal sealed class ThreadMailbox<TMessage> : IMailbox<TMessage>, IDisposable
{
    private readonly TurnQueue<TMessage> _queue;
    private readonly AutoResetEvent _told = new(false);
    private readonly MailboxHost _host;
    private readonly Action _turn;
    private readonly string _name;
    private int _isAwake;

    /// <summary>Starts the thread.</summary>
    public ThreadMailbox(MailboxHost host, string name, IActor<TMessage> actor, int turnMessages)
    {
        (_host, _name) = (host, name);
        _queue = new(host, actor, turnMessages);
        _turn = _queue.TakeTurn;
        Thread = new Thread(Serve) { IsBackground = true, Name = $"actorquorum {name}" };
        Thread.Start();
    }

    /// <inheritdoc/>
    public int? Waiting => _queue.Count;

    /// <summary>The actor's thread.</summary>
    internal Thread Thread { get; }

    /// <inheritdoc/>
    public void Tell(TMessage message)
    {
        if (!_queue.TryEnqueue(message)) return;

        // Only the first message to a sleeping actor costs a call into the kernel.
        if (Interlocked.Exchange(ref _isAwake, 1) == 0) _told.Set();
    }

    /// <summary>Ends the thread, once the host has stopped. The turn under way ends first. The event stays: somebody may still be about to set it.</summary>
    public void Dispose()
    {
        _told.Set();
        if (Thread.CurrentThread == Thread) return;
        Thread.Join();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{_name} ({_queue.Count} waiting)";

    private void Serve()
    {
        while (!_host.IsStopped)
        {
            if (_queue.HasTurn) _host.Guard(_turn);
            else Sleep();
        }
    }

    private void Sleep()
    {
        // A full fence: were the mailbox looked into before this is seen, a message told in between would wake nobody.
        Interlocked.Exchange(ref _isAwake, 0);
        if (!_queue.HasTurn && !_host.IsStopped) _told.WaitOne();
    }
}
