using ActorQuorum.Actors;
using ActorQuorum.Hosting;
using ActorQuorum.Tests.Transport;

namespace ActorQuorum.Tests.Actors;

/// <summary>DESIGN "Time": at most one tick waits in a mailbox.</summary>
public sealed class ClockActorTests : IDisposable
{
    private readonly MailboxHost _host = new(new ManualTime());
    private readonly Recorded<ElectionMessage> _election = new();
    private readonly Recorded<NodeMessage> _node = new();
    private readonly ClockActor _clock;

    public ClockActorTests() => _clock = new(new NodeContext(_host, () => false) { Election = _election, Node = _node });

    public void Dispose() => _host.Dispose();

    [Fact]
    public void However_often_the_timer_rings_one_tick_waits()
    {
        for (var i = 0; i < 5; i++) _clock.Receive(ClockMessage.Ring);
        _election.Messages.ShouldBe([ElectionMessage.Tick]);
        _node.Messages.ShouldBe([NodeTick.Instance]);
    }

    [Fact]
    public void A_slow_actor_holds_back_its_own_ticks_only()
    {
        _clock.Receive(ClockMessage.Ring);
        _clock.Receive(ClockMessage.ElectionTicked);
        _clock.Receive(ClockMessage.Ring);
        _election.Messages.Count.ShouldBe(2);
        _node.Messages.Count.ShouldBe(1);
        _clock.Receive(ClockMessage.NodeTicked);
        _clock.Receive(ClockMessage.Ring);
        _node.Messages.Count.ShouldBe(1, "the node is told of every other ring");
        _clock.Receive(ClockMessage.Ring);
        _election.Messages.Count.ShouldBe(2);
        _node.Messages.Count.ShouldBe(2);
    }
}
