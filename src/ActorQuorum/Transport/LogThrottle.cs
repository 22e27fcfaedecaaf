namespace ActorQuorum.Transport;

/// <summary>Lets one warning of a kind through in a period, so that a peer that knocks twenty times a second fills no disk.</summary>
internal sealed class LogThrottle(TimeProvider time, TimeSpan period)
{
    /// <summary>
    /// Periods for which one warning of a node of another cluster is enough: its settings, or solo, have put it there, it goes on to knock, and
    /// nothing new comes of it.
    /// </summary>
    public const int ForeignPeriods = 60;

    private const int KindsLimit = 256;
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> last = [];

    /// <summary>Whether a warning of this kind may be written now.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="periods">For how many periods it is enough.</param>
    public bool Allows(string kind, int periods = 1)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            if (last.TryGetValue(kind, out var before) && time.GetElapsedTime(before, now) < period * periods)
            {
                return false;
            }

            // What is remembered is bounded, at the price of a repeated line.
            if (last.Count >= KindsLimit)
            {
                last.Clear();
            }

            last[kind] = now;
            return true;
        }
    }
}
