using System.Globalization;

namespace ActorQuorum.Server.Grpc;

/// <summary>The header <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
internal static class GrpcTimeout
{
    private const int DigitsLimit = 8;

    // A timer cannot wait longer; no call does.
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(40);

    /// <summary>Reads the header's value; false if it is none.</summary>
    public static bool TryParse(string text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > DigitsLimit + 1
            || !long.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return false;
        }

        var unit = text[^1] switch
        {
            'H' => TimeSpan.TicksPerHour,
            'M' => TimeSpan.TicksPerMinute,
            'S' => TimeSpan.TicksPerSecond,
            'm' => TimeSpan.TicksPerMillisecond,
            'u' => TimeSpan.TicksPerMicrosecond,
            'n' => 1,
            _ => 0,
        };
        if (unit == 0)
        {
            return false;
        }

        var ticks = text[^1] == 'n' ? count / TimeSpan.NanosecondsPerTick : count * unit;
        timeout = ticks > s_longest.Ticks ? s_longest : new TimeSpan(ticks);
        return true;
    }
}
