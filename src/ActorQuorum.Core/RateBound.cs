namespace ActorQuorum.Core;

/// <summary>Bounds how many bytes pass in a second. What is larger than a moment's share passes at once, and what follows waits the longer.</summary>
/// <param name="bytesPerSecond">The bound.</param>
internal sealed class RateBound(long bytesPerSecond)
{
    /// <summary>What may pass at once after a pause.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromMilliseconds(100);

    private readonly double _mostBytes = bytesPerSecond * Burst.TotalSeconds;
    private double _bytes = bytesPerSecond * Burst.TotalSeconds;
    private TimeSpan _last;

    /// <summary>Whether something may pass now.</summary>
    public bool IsOpen(TimeSpan now)
    {
        _bytes = Math.Min(_mostBytes, _bytes + ((now - _last).TotalSeconds * bytesPerSecond));
        _last = now;
        return _bytes > 0;
    }

    /// <summary>So many bytes passed.</summary>
    public void Spend(long bytes) => _bytes -= bytes;

    /// <summary>So many bytes may pass besides.</summary>
    public void Grant(long bytes) => _bytes = Math.Min(_mostBytes, _bytes + bytes);
}
