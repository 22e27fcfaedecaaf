using System.CommandLine.Parsing;
using System.Globalization;

namespace ActorQuorum.Cli.Client;

/// <summary>Reads <c>--timeout</c> and other times: 500ms, 10s, 2m.</summary>
internal static class Patience
{
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)), ("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)),
    ];

    public static TimeSpan Parse(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        foreach (var (unit, length) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
                && count * length.TotalMilliseconds is >= 1 and var milliseconds && milliseconds <= Longest.TotalMilliseconds)
                return TimeSpan.FromMilliseconds(milliseconds);
        }

        result.AddError($"{(result.Parent as OptionResult)?.Option.Name ?? "--timeout"}: '{text}' is not a time such as 500ms, 10s or 2m, one hour at most.");
        return Default;
    }
}
