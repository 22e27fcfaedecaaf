using System.Collections.Concurrent;

namespace ActorQuorum.Hosting;

/// <summary>What waits for an actor, and how a turn is taken from it, whoever's thread takes it.</summary>
internal sealed class TurnQueue<TMessage>(MailboxHost host, IActor<TMessage> actor, int turnMessages)
{
    private readonly ConcurrentQueue<TMessage> _messages = new();

    /// <summary>How many messages wait, at about this moment.</summary>
    public int Count => _messages.Count;

    /// <summary>Whether there is a turn to take.</summary>
    public bool HasTurn => !_messages.IsEmpty && !host.IsStopped;

    /// <summary>Puts a message behind all others; false if nobody will take it any more.</summary>
    public bool TryEnqueue(TMessage message)
    {
        if (host.IsStopped) return false;
        _messages.Enqueue(message);
        return true;
    }

    /// <summary>One turn: what waits, up to the bound, then its end.</summary>
    public void TakeTurn()
    {
        for (var left = turnMessages; left > 0 && !host.IsStopped && _messages.TryDequeue(out var message); left--) actor.Receive(message);
        actor.EndTurn();
    }
}
