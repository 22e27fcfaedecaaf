namespace ActorQuorum.Server.Grpc;

/// <summary>Bounds the memory of all requests under way: many small connections could otherwise claim much each.</summary>
/// <param name="limitBytes">The bound.</param>
internal sealed class ByteBudget(long limitBytes)
{
    private long _takenBytes;

    /// <summary>What is taken now.</summary>
    public long TakenBytes => Interlocked.Read(ref _takenBytes);

    /// <summary>Takes memory; false if the bound would be passed.</summary>
    public bool TryTake(int sizeBytes)
    {
        if (Interlocked.Add(ref _takenBytes, sizeBytes) <= limitBytes)
        {
            return true;
        }

        Return(sizeBytes);
        return false;
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(int sizeBytes) => Interlocked.Add(ref _takenBytes, -sizeBytes);
}
