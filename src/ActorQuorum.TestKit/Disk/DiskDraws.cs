namespace ActorQuorum.TestKit.Disk;

/// <summary>The disk's seeded numbers (SplitMix64): the same seed gives the same faults on every machine and version.</summary>
internal sealed class DiskDraws(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 to <paramref name="most"/>, both included.</summary>
    public int UpTo(int most) => (int)(Next() % ((ulong)most + 1));

    public bool Coin() => (Next() & 1) == 0;

    private ulong Next()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
