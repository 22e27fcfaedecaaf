using System.Diagnostics.CodeAnalysis;

namespace ActorQuorum;

/// <summary>Bounds what callers may have under way on a node, in number and in bytes; past it they are refused at once.</summary>
internal sealed class Admission(int mostRequests, long mostBytes)
{
    private int _requests;
    private long _bytes;

    /// <summary>Takes a place for a request of <paramref name="sizeBytes"/>; false, and why, if there is none.</summary>
    public bool TryEnter(int sizeBytes, [NotNullWhen(false)] out string? why)
    {
        var requests = Interlocked.Increment(ref _requests);
        var bytes = Interlocked.Add(ref _bytes, sizeBytes);
        why = null;
        if (requests <= mostRequests && bytes <= mostBytes) return true;
        Leave(sizeBytes);
        why = $"overloaded: {requests - 1} requests ({bytes - sizeBytes} bytes) wait on this node, the bounds are {mostRequests} and {mostBytes}; repeat later";
        return false;
    }

    /// <summary>Gives the place back.</summary>
    public void Leave(int sizeBytes)
    {
        Interlocked.Decrement(ref _requests);
        Interlocked.Add(ref _bytes, -sizeBytes);
    }
}
