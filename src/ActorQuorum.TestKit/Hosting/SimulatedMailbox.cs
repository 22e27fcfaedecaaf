using ActorQuorum.Hosting;

namespace ActorQuorum.TestKit.Hosting;

/// <summary>A mailbox whose turns, and their sizes, the seed decides.</summary>
internal sealed class SimulatedMailbox<TMessage>(SimulatedHost host, IActor<TMessage> actor, int turnMessages) : IMailbox<TMessage>
{
    private readonly Queue<TMessage> _messages = new();
    private bool _isReady;

    /// <inheritdoc/>
    public void Tell(TMessage message)
    {
        if (host.IsStopped) return;
        _messages.Enqueue(message);
        if (_isReady) return;
        _isReady = true;
        host.Ready(TakeTurn);
    }

    /// <inheritdoc/>
    public int? Waiting => _messages.Count;

    private void TakeTurn()
    {
        _isReady = false;
        host.Trace(TraceKind.Turn, _messages.Count);
        var most = 1 + host.Draw(Math.Min(turnMessages, 2 * _messages.Count));
        for (var left = most; left > 0 && _messages.TryDequeue(out var message); left--) actor.Receive(message);
        actor.EndTurn();
        if (_messages.Count == 0 || _isReady) return;
        _isReady = true;
        host.Ready(TakeTurn);
    }
}
