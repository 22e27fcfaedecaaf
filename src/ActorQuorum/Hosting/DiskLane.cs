namespace ActorQuorum.Hosting;

/// <summary>A thread that writes and flushes, so that no actor ever waits for the disk.</summary>
internal sealed class DiskLane : IDiskLane, IDisposable
{
    private readonly MailboxHost _host;
    private readonly Thread _thread;
    private readonly SemaphoreSlim _given = new(0);
    private (Action Write, Action Flush, Action Done)? _job;
    private volatile bool _isDisposed;

    /// <summary>Starts the thread.</summary>
    public DiskLane(MailboxHost host)
    {
        _host = host;
        _thread = new Thread(Serve) { IsBackground = true, Name = "actorquorum disk lane" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Run(Action write, Action flush, Action done)
    {
        if (_isDisposed) return;
        _job = (write, flush, done);
        _given.Release();
    }

    /// <summary>Lets the job under way end; takes no other.</summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _given.Release();
        if (Thread.CurrentThread != _thread) _thread.Join();
        _given.Dispose();
    }

    private void Serve()
    {
        while (true)
        {
            _given.Wait();
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
