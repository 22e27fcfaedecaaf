namespace ActorQuorum.Voting;

/// <summary>What a start that fails half-way has to let go of, the latest first.</summary>
internal sealed class AsyncDisposables : IAsyncDisposable
{
    private readonly Stack<object> _held = new();

    /// <summary>One more.</summary>
    public void Add(object disposable) => _held.Push(disposable);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        while (_held.TryPop(out var held))
        {
            if (held is IAsyncDisposable slow) await slow.DisposeAsync().ConfigureAwait(false);
            else ((IDisposable)held).Dispose();
        }
    }
}
