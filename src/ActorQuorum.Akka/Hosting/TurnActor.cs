using ActorQuorum.Hosting;
using Akka.Actor;

namespace ActorQuorum.Akka.Hosting;

/// <summary>Asks the topmost actor for a child.</summary>
internal sealed record StartChild(Props Props, string Name);

/// <summary>Ends a turn. An actor sends it to itself when the first message of a turn arrives, behind all that waits; it changes nothing but that.</summary>
internal sealed record EndOfTurn
{
    /// <summary>The one there need be.</summary>
    public static EndOfTurn Instance { get; } = new();
}

/// <summary>
/// Lives one of the node's actors in turns: what waits in the Akka mailbox when a turn begins belongs to it, up to the bound.
/// </summary>
internal sealed class TurnActor<TMessage>(AkkaHost host, IActor<TMessage> actor, int turnMessages) : UntypedActor
{
    private int _inTurn;
    private bool _isMarkerOut;

    protected override SupervisorStrategy SupervisorStrategy() => FailStop.Of(host);

    protected override void OnReceive(object message)
    {
        if (message is StartChild child)
        {
            Sender.Tell(Context.ActorOf(child.Props, child.Name));
            return;
        }

        if (host.IsStopped) return;
        try
        {
            Handle(message);
        }
#pragma warning disable CA1031 // Fail-stop: at once, before another actor of the node takes its next message; supervision would come later.
        catch (Exception cause)
#pragma warning restore CA1031
        {
            host.Fail(cause);
        }
    }

    /// <summary>Nothing is begun anew: what the actor knew may be wrong.</summary>
    protected override void PreRestart(Exception reason, object message)
    {
        host.Fail(reason);
        base.PreRestart(reason, message);
    }

    protected override void PostRestart(Exception reason) => Context.Stop(Self);

    protected override void PostStop() => host.Ended(Self);

    private void Handle(object message)
    {
        switch (message)
        {
            case TMessage typed: Take(typed); break;
            case EndOfTurn: OnMarker(); break;
            default: Unhandled(message); break;
        }
    }

    private void Take(TMessage message)
    {
        if (!_isMarkerOut)
        {
            _isMarkerOut = true;
            Self.Tell(EndOfTurn.Instance, ActorRefs.NoSender);
        }

        actor.Receive(message);

        // The marker of a turn that reached its bound is still on its way; it will end the turn that it finds, a shorter one.
        if (++_inTurn == turnMessages) EndTurn();
    }

    private void OnMarker()
    {
        _isMarkerOut = false;
        if (_inTurn > 0) EndTurn();
    }

    private void EndTurn()
    {
        _inTurn = 0;
        actor.EndTurn();
    }
}
