namespace ActorQuorum.Transport.Discovery;

/// <summary>
/// When a node announces itself: at once, then in pauses that double until it has met another, and slowly ever after, since a datagram may be
/// lost and a cut network may heal.
/// </summary>
/// <param name="first">The first pause.</param>
/// <param name="last">The longest pause.</param>
/// <param name="seed">The seed of what is drawn.</param>
internal sealed class AnnouncementRhythm(TimeSpan first, TimeSpan last, ulong seed)
{
    private ulong drawn = seed | 1;
    private TimeSpan pause;
    private TimeSpan due;

    /// <summary>Whether it is time; if so, the next time is set.</summary>
    /// <param name="now">The time.</param>
    /// <param name="hasMet">Whether this node is connected with another.</param>
    public bool IsDue(TimeSpan now, bool hasMet)
    {
        if (now < due)
        {
            return false;
        }

        pause = hasMet ? last : TimeSpan.FromTicks(Math.Clamp(pause.Ticks * 2, first.Ticks, last.Ticks));

        // A tenth of it is drawn, so that nodes that were started together do not announce themselves together for ever.
        due = now + pause + (pause / 10 * Draw());
        return true;
    }

    /// <summary>A member was lost: it, or the network between, may soon be back.</summary>
    public void Hurry(TimeSpan now)
    {
        pause = TimeSpan.Zero;
        due = now + first < due ? now + first : due;
    }

    /// <summary>From 0 to 1, by Marsaglia's xorshift: seeded, so that a simulation repeats.</summary>
    private double Draw()
    {
        drawn ^= drawn << 13;
        drawn ^= drawn >> 7;
        drawn ^= drawn << 17;
        return (drawn >> 11) / (double)(1UL << 53);
    }
}
