namespace ActorQuorum.Transport;

/// <summary>Lets one warning of a kind through in a period, so that a peer that knocks twenty times a second fills no disk.</summary>
internal sealed class LogThrottle(TimeProvider time, TimeSpan period)
{
    private const int KindsLimit = 256;
    private readonly Lock gate = new();
    private readonly Dictionary<string, long> last = [];

    /// <summary>Whether a warning of this kind may be written now.</summary>
    public bool Allows(string kind)
    {
        var now = time.GetTimestamp();
        lock (gate)
        {
            if (last.TryGetValue(kind, out var before) && time.GetElapsedTime(before, now) < period)
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
