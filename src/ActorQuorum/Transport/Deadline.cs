namespace ActorQuorum.Transport;

/// <summary>A token that ends at a time of the node's clock, or when the node stops.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource timer;
    private readonly CancellationTokenSource linked;

    public Deadline(TimeSpan patience, TimeProvider time, CancellationToken stopping)
    {
        timer = new CancellationTokenSource(patience, time);
        linked = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, stopping);
    }

    public CancellationToken Token => linked.Token;

    public void Dispose()
    {
        linked.Dispose();
        timer.Dispose();
    }
}
