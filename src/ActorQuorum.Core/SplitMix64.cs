namespace ActorQuorum.Core;

/// <summary>A seeded generator: the only randomness of the core (Steele, Lea, Flood: "Fast splittable pseudorandom number generators").</summary>
internal sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A number from zero up to but not <paramref name="bound"/>.</summary>
    public long Below(long bound) => bound <= 1 ? 0 : (long)(Next() % (ulong)bound);

    /// <summary>A time from <paramref name="least"/> up to but not <paramref name="bound"/>.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan bound) => least + TimeSpan.FromTicks(Below((bound - least).Ticks));
}
