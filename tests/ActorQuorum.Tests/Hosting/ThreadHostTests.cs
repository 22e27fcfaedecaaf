using System.Diagnostics;
using ActorQuorum.Configuration;
using ActorQuorum.Hosting;

namespace ActorQuorum.Tests.Hosting;

/// <summary>The mailbox host keeps the contract with a thread for each actor.</summary>
[Trait("Row", "RP-3")]
public sealed class ThreadHostTests : HostContract, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private readonly MailboxHost _host = new(TimeProvider.System, NodeRuntime.Threads);
    private readonly WatchedHost _watched;

    public ThreadHostTests() => _watched = new WatchedHost(_host);

    private protected override IActorHost Host => _watched;

    private protected override Exception? Failure => _host.Completion.Exception?.InnerException;

    private protected override bool IsThreadSafe => true;

    public void Dispose() => _host.Dispose();

    [Fact]
    public void An_idle_actor_sleeps_and_takes_no_turns()
    {
        var actor = new Counter();
        var mailbox = Host.Start("counter", actor, 8);
        Settle();
        actor.Turns.ShouldBe(0);
        for (var i = 1; i <= 100; i++)
        {
            mailbox.Tell(i);
            Until(() => actor.Messages == i);
            Settle();
            actor.Turns.ShouldBe(i, "one message, one turn");
        }
    }

    [Fact]
    public void Each_actor_has_a_thread_of_its_own_with_its_name()
    {
        var (first, second) = (new Counter(), new Counter());
        Host.Start("first", first, 8).Tell(1);
        Host.Start("second", second, 8).Tell(1);
        Until(() => first.Messages == 1 && second.Messages == 1);
        (first.Thread, second.Thread).ShouldBe(("actorquorum first", "actorquorum second"));
    }

    [Fact]
    public void A_host_that_goes_takes_its_threads_with_it()
    {
        Host.Start("counter", new Counter(), 8);
        _host.Dispose();
        _watched.Threads.ShouldAllBe(thread => !thread.IsAlive);
    }

    [Fact]
    public void An_actor_may_end_the_host_from_its_own_turn()
    {
        var mailbox = Host.Start("suicide", new Ending(_host), 8);
        mailbox.Tell(1);
        Until(() => _watched.Threads.All(thread => !thread.IsAlive));
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

    /// <summary>What the pool had to do before this is done, and every actor's thread is blocked or has ended.</summary>
    private protected override void Settle()
    {
        for (var i = 0; i < 100; i++)
        {
            using var done = new ManualResetEventSlim();
            ThreadPool.UnsafeQueueUserWorkItem(static state => state.Set(), done, preferLocal: false);
            done.Wait(Patience).ShouldBeTrue();
        }

        Until(() => _watched.IsIdle);
    }

    /// <summary>The host, and the threads that it started.</summary>
    private sealed class WatchedHost(MailboxHost host) : IActorHost
    {
        private readonly List<(Thread Thread, Func<int?> Waiting)> _started = [];

        public TimeProvider Time => host.Time;

        public IEnumerable<Thread> Threads => _started.Select(one => one.Thread);

        public bool IsIdle => _started.All(one =>
            (one.Thread.ThreadState & System.Threading.ThreadState.Stopped) != 0
            || ((one.Thread.ThreadState & System.Threading.ThreadState.WaitSleepJoin) != 0 && (host.IsStopped || one.Waiting() == 0)));

        public IMailbox<TMessage> Start<TMessage>(string name, IActor<TMessage> actor, int turnMessages)
        {
            var mailbox = host.Start(name, actor, turnMessages).ShouldBeOfType<ThreadMailbox<TMessage>>();
            _started.Add((mailbox.Thread, () => mailbox.Waiting));
            return mailbox;
        }

        public IDiskLane StartDiskLane(string name) => host.StartDiskLane(name);

        public IDisposable Every(TimeSpan period, Action callback) => host.Every(period, callback);

        public void Fail(Exception cause) => host.Fail(cause);
    }

    private sealed class Counter : IActor<int>
    {
        private int _messages;
        private int _turns;

        public int Messages => Volatile.Read(ref _messages);

        public int Turns => Volatile.Read(ref _turns);

        public string? Thread { get; private set; }

        public void Receive(int message)
        {
            Thread = System.Threading.Thread.CurrentThread.Name;
            Interlocked.Increment(ref _messages);
        }

        public void EndTurn() => Interlocked.Increment(ref _turns);
    }

    private sealed class Ending(MailboxHost host) : IActor<int>
    {
        public void Receive(int message) => host.Dispose();

        public void EndTurn()
        {
        }
    }
}
