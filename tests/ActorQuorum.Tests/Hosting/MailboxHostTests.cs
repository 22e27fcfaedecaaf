using System.Diagnostics;
using ActorQuorum.Hosting;

namespace ActorQuorum.Tests.Hosting;

/// <summary>The mailbox host keeps the contract on real threads.</summary>
public sealed class MailboxHostTests : HostContract, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly MailboxHost _host = new(TimeProvider.System);

    private protected override IActorHost Host => _host;

    private protected override Exception? Failure => _host.Completion.Exception?.InnerException;

    private protected override bool IsThreadSafe => true;

    public void Dispose() => _host.Dispose();

    [Fact]
    public void Stopping_ends_its_completion_without_a_fault()
    {
        _host.Stop();
        _host.Completion.Status.ShouldBe(TaskStatus.RanToCompletion);
    }

    [Fact]
    public void A_stopped_host_serves_no_mailbox()
    {
        var told = 0;
        var mailbox = _host.Start("counter", new Counter(() => told++), 8);
        _host.Stop();
        mailbox.Tell(1);
        Settle();
        told.ShouldBe(0);
    }

    private protected override void Until(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            clock.Elapsed.ShouldBeLessThan(Patience);
            Thread.Yield();
        }
    }

    /// <summary>All that was queued on the pool before this has run when this has.</summary>
    private protected override void Settle()
    {
        for (var i = 0; i < 100; i++)
        {
            using var done = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Set(), done, preferLocal: false);
            done.Wait(Patience).ShouldBeTrue();
        }
    }

    private sealed class Counter(Action told) : IActor<int>
    {
        public void Receive(int message) => told();

        public void EndTurn()
        {
        }
    }
}
