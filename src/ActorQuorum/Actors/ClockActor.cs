using ActorQuorum.Hosting;

namespace ActorQuorum.Actors;

/// <summary>What the ClockActor is told.</summary>
internal enum ClockMessage
{
    /// <summary>The host's timer rang.</summary>
    Ring,

    /// <summary>The ElectionActor has handled its tick.</summary>
    ElectionTicked,

    /// <summary>The NodeActor has handled its tick.</summary>
    NodeTicked,
}

/// <summary>
/// The only source of time: hands out ticks. At most one tick waits in a mailbox, and it waits behind what came before it: a node that was
/// busy or paused hears its leader's words before it hears that time has passed.
/// </summary>
internal sealed class ClockActor(NodeContext context) : IActor<ClockMessage>
{
    /// <summary>Deadlines of requests are seconds; looking at them at each heartbeat is fine enough, and an idle node sleeps more.</summary>
    private const int RingsPerNodeTick = 2;

    private int _rings;
    private bool _isElectionTickOut;
    private bool _isNodeTickOut;

    public void Receive(ClockMessage message)
    {
        switch (message)
        {
            case ClockMessage.Ring: Ring(); break;
            case ClockMessage.ElectionTicked: _isElectionTickOut = false; break;
            case ClockMessage.NodeTicked: _isNodeTickOut = false; break;
            default: throw new InvalidOperationException($"unknown clock message {message}");
        }
    }

    public void EndTurn()
    {
    }

    private void Ring()
    {
        if (!_isElectionTickOut)
        {
            _isElectionTickOut = true;
            context.Election.Tell(ElectionMessage.Tick);
        }

        if (++_rings % RingsPerNodeTick == 0 && !_isNodeTickOut)
        {
            _isNodeTickOut = true;
            context.Node.Tell(NodeTick.Instance);
        }
    }
}
