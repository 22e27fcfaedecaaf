using System.Globalization;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>Durations and sizes, with the units of the specification.</summary>
internal static class HoconUnits
{
    private static readonly Dictionary<string, decimal> TicksOfUnit = Units(
        (0.01m, "ns nano nanos nanosecond nanoseconds"),
        (TimeSpan.TicksPerMicrosecond, "us micro micros microsecond microseconds"),
        (TimeSpan.TicksPerMillisecond, "ms milli millis millisecond milliseconds"),
        (TimeSpan.TicksPerSecond, "s second seconds"),
        (TimeSpan.TicksPerMinute, "m minute minutes"),
        (TimeSpan.TicksPerHour, "h hour hours"),
        (TimeSpan.TicksPerDay, "d day days"));

    private static readonly Dictionary<string, decimal> BytesOfUnit = Units(
        [(1, "B b byte bytes"), .. PowersOfTen(), .. PowersOfTwo()]);

    /// <summary>Reads a duration; a bare number is in milliseconds. False if it is none, or too long for a <see cref="TimeSpan"/>.</summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        var isOne = TryParse(text, TicksOfUnit, "ms", out var ticks);
        duration = new TimeSpan(ticks);
        return isOne;
    }

    /// <summary>Reads a size; a bare number is in bytes, part of a byte is dropped. False if it is none, or over 8 EiB.</summary>
    public static bool TryParseSize(string text, out long sizeBytes) => TryParse(text, BytesOfUnit, "B", out sizeBytes);

    private static bool TryParse(string text, Dictionary<string, decimal> units, string defaultUnit, out long amount)
    {
        amount = 0;
        var trimmed = text.AsSpan().Trim();
        var digits = trimmed.Length;
        while (digits > 0 && char.IsLetter(trimmed[digits - 1])) digits--;
        var unit = digits == trimmed.Length ? defaultUnit : trimmed[digits..].ToString();
        if (!units.TryGetValue(unit, out var factor)
            || !decimal.TryParse(trimmed[..digits], NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        try
        {
            amount = decimal.ToInt64(decimal.Truncate(number * factor));
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    private static IEnumerable<(decimal Factor, string Names)> PowersOfTen()
    {
        var factor = 1m;
        foreach (var prefix in (string[])["kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"])
        {
            factor *= 1000;
            // Only the thousand has a small letter: kB, MB, GB.
            var letter = factor == 1000 ? 'k' : char.ToUpperInvariant(prefix[0]);
            yield return (factor, $"{letter}B {prefix}byte {prefix}bytes");
        }
    }

    private static IEnumerable<(decimal Factor, string Names)> PowersOfTwo()
    {
        var factor = 1m;
        foreach (var name in (string[])["Kibi", "Mebi", "Gibi", "Tebi", "Pebi", "Exbi", "Zebi", "Yobi"])
        {
            factor *= 1024;
            var letter = name[0];
            var word = name.ToLowerInvariant() + "byte";
            yield return (factor, $"{letter} {char.ToLowerInvariant(letter)} {letter}i {letter}iB {word} {word}s");
        }
    }

    private static Dictionary<string, decimal> Units(params IReadOnlyList<(decimal Factor, string Names)> units) =>
        units.SelectMany(u => u.Names.Split(' ').Select(name => (name, u.Factor))).ToDictionary(u => u.name, u => u.Factor, StringComparer.Ordinal);
}
