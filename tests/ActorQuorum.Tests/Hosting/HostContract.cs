using ActorQuorum.Hosting;

namespace ActorQuorum.Tests.Hosting;

/// <summary>What the four actors may expect of whatever hosts them. Each host's tests derive from this.</summary>
public abstract class HostContract
{
    private const int TurnMessages = 8;

    [Fact]
    public void Messages_of_one_sender_are_handled_in_order_and_each_once()
    {
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        for (var i = 0; i < 1000; i++) mailbox.Tell(i);
        Until(() => actor.Count == 1000);
        actor.Messages.ShouldBe(Enumerable.Range(0, 1000));
    }

    [Fact]
    public void A_turn_hands_over_no_more_than_its_bound_and_ends_once()
    {
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        for (var i = 0; i < 100; i++) mailbox.Tell(i);
        Until(() => actor.Count == 100 && actor.Turns.Sum() == 100);
        actor.Turns.ShouldAllBe(size => size >= 0 && size <= TurnMessages);
        actor.Turns.Count.ShouldBeGreaterThanOrEqualTo(100 / TurnMessages);
    }

    [Fact]
    public void One_turn_runs_at_a_time()
    {
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        Parallel.For(0, IsThreadSafe ? 4 : 1, _ =>
        {
            for (var i = 0; i < 500; i++) mailbox.Tell(i);
        });
        Until(() => actor.Count == (IsThreadSafe ? 2000 : 500));
        actor.MostAtOnce.ShouldBe(1);
    }

    [Fact]
    public void A_message_told_from_a_turn_is_handled_in_a_later_one()
    {
        var second = new Recorder();
        var target = Host.Start("second", second, TurnMessages);
        var first = Host.Start("first", new Relay(target), TurnMessages);
        first.Tell(7);
        Until(() => second.Count == 1);
        second.Messages.ShouldBe([7]);
    }

    [Fact]
    public void An_exception_in_an_actor_stops_the_node_and_no_actor_handles_another_message()
    {
        var other = new Recorder();
        var healthy = Host.Start("healthy", other, TurnMessages);
        var failing = Host.Start("failing", new Failing(), TurnMessages);
        failing.Tell(1);
        Until(() => Failure is not null);
        Failure!.Message.ShouldBe("on purpose");
        healthy.Tell(1);
        Settle();
        other.Count.ShouldBe(0);
    }

    [Fact]
    public void The_disk_lane_writes_then_flushes_then_says_so()
    {
        var steps = new List<string>();
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        Host.StartDiskLane("disk").Run(() => steps.Add("write"), () => steps.Add("flush"), () => mailbox.Tell(1));
        Until(() => actor.Count == 1);
        steps.ShouldBe(["write", "flush"]);
    }

    [Fact]
    public void A_host_has_more_than_one_lane()
    {
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        Host.StartDiskLane("disk").Run(() => { }, () => { }, () => mailbox.Tell(1));
        Host.StartDiskLane("snapshot-disk").Run(() => { }, () => { }, () => mailbox.Tell(2));
        Until(() => actor.Count == 2);
    }

    [Fact]
    public void A_flush_that_fails_stops_the_node_and_is_never_acknowledged()
    {
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        Host.StartDiskLane("disk").Run(() => { }, () => throw new IOException("the disk is gone"), () => mailbox.Tell(1));
        Until(() => Failure is not null);
        Settle();
        Failure!.Message.ShouldBe("the disk is gone");
        actor.Count.ShouldBe(0);
    }

    [Fact]
    public void A_timer_rings_until_it_is_disposed()
    {
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        var timer = Host.Every(TimeSpan.FromMilliseconds(5), () => mailbox.Tell(1));
        Until(() => actor.Count >= 3);
        timer.Dispose();
        Settle();
        var rung = actor.Count;
        Settle();
        actor.Count.ShouldBe(rung);
    }

    [Fact]
    public void Time_is_monotonic()
    {
        var actor = new Recorder();
        var mailbox = Host.Start("recorder", actor, TurnMessages);
        var before = Host.Time.GetTimestamp();
        using var timer = Host.Every(TimeSpan.FromMilliseconds(5), () => mailbox.Tell(1));
        Until(() => actor.Count >= 2);
        Host.Time.GetElapsedTime(before).ShouldBeGreaterThan(TimeSpan.FromMilliseconds(5));
    }

    /// <summary>The host.</summary>
    private protected abstract IActorHost Host { get; }

    /// <summary>Why the host stopped, or null.</summary>
    private protected abstract Exception? Failure { get; }

    /// <summary>Whether several threads may tell at once.</summary>
    private protected abstract bool IsThreadSafe { get; }

    /// <summary>Lets the host work until a condition holds, or fails the test.</summary>
    private protected abstract void Until(Func<bool> condition);

    /// <summary>Lets the host do whatever is still to be done.</summary>
    private protected abstract void Settle();

    private sealed class Recorder : IActor<int>
    {
        private readonly Lock _gate = new();
        private readonly List<int> _messages = [];
        private readonly List<int> _turns = [];
        private int _inTurn;
        private int _atOnce;

        public int Count
        {
            get
            {
                lock (_gate) return _messages.Count;
            }
        }

        public IReadOnlyList<int> Messages
        {
            get
            {
                lock (_gate) return [.. _messages];
            }
        }

        public IReadOnlyList<int> Turns
        {
            get
            {
                lock (_gate) return [.. _turns];
            }
        }

        public int MostAtOnce { get; private set; }

        public void Receive(int message)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _atOnce));
            lock (_gate) _messages.Add(message);
            _inTurn++;
            Interlocked.Decrement(ref _atOnce);
        }

        public void EndTurn()
        {
            lock (_gate) _turns.Add(_inTurn);
            _inTurn = 0;
        }
    }

    private sealed class Relay(IMailbox<int> target) : IActor<int>
    {
        public void Receive(int message) => target.Tell(message);

        public void EndTurn()
        {
        }
    }

    private sealed class Failing : IActor<int>
    {
        public void Receive(int message) => throw new InvalidOperationException("on purpose");

        public void EndTurn()
        {
        }
    }
}
