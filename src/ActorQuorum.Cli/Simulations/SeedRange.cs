using System.Globalization;

namespace ActorQuorum.Cli.Simulations;

/// <summary>Seeds from the first to the last, both included.</summary>
internal readonly record struct SeedRange(ulong First, ulong Last)
{
    /// <summary>How many seeds there are.</summary>
    public long Count => (long)(Last - First) + 1;

    /// <summary>Reads <c>A..B</c>.</summary>
    /// <exception cref="CommandFailedException">It is no range.</exception>
    public static SeedRange Parse(string text)
    {
        var parts = text.Split("..");
        if (parts.Length != 2 || !TryParse(parts[0], out var first) || !TryParse(parts[1], out var last))
            throw new CommandFailedException(ExitCode.Usage, $"'{text}' is no range of seeds: write --seeds 1..1000.");
        if (last < first)
            throw new CommandFailedException(ExitCode.Usage, $"the range {text} is turned around: write --seeds {last}..{first}.");
        return new(first, last);
    }

    private static bool TryParse(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
