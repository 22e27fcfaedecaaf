namespace ActorQuorum.Storage;

/// <summary>Tells whether a disk is nearly full, without asking the system at every batch.</summary>
internal sealed class DiskGauge(IFileSystem files, string directory, long reserveBytes, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private long? _lastAsked;
    private bool _isNearlyFull;

    /// <summary>Whether less than the reserve was free when last asked, a second ago at most.</summary>
    public bool IsNearlyFull()
    {
        if (_lastAsked is { } asked && time.GetElapsedTime(asked) < Period) return _isNearlyFull;
        _lastAsked = time.GetTimestamp();
        return _isNearlyFull = files.FreeBytes(directory) < reserveBytes;
    }
}
