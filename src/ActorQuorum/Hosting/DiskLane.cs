namespace ActorQuorum.Hosting;

/// <summary>A thread that writes and flushes, so that no actor ever waits for the disk.</summary>
internal sealed class DiskLane : IDiskLane, IDisposable
{
    private readonly MailboxHost _host;
    private readonly Thread _thread;

    /// <summary>Sleeps at once where a SemaphoreSlim would spin first: a flush takes longer than any spinning, and the cores have better to do.</summary>
    private readonly AutoResetEvent _given = new(false);
    private (Action Write, Action Flush, Action Done)? _job;
    private volatile bool _isDisposed;

    /// <summary>Starts the thread.</summary>
    public DiskLane(MailboxHost host, string name)
    {
        _host = host;
        _thread = new Thread(Serve) { IsBackground = true, Name = $"actorquorum {name} lane" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Run(Action write, Action flush, Action done)
    {
        if (_isDisposed) return;
        _job = (write, flush, done);
        _given.Set();
    }

    /// <summary>Lets the job under way end; takes no other.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _given.Set();
        if (Thread.CurrentThread == _thread) return;
        _thread.Join();
        _given.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            _given.WaitOne();
            if (_isDisposed) return;
            _host.Guard(RunJob);
        }
    }

    private void RunJob()
    {
        var (write, flush, done) = _job!.Value;
        write();
        flush();
        done();
    }
}
