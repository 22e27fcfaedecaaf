using System.Text;

namespace ActorQuorum.Cli.Logging;

/// <summary>Colours a log line for a terminal: a colour a node, role changes bold, trouble yellow and red.</summary>
internal static class Palette
{
    private const string Reset = "\e[0m";
    private const string Dim = "\e[2m";
    private const string Bold = "\e[1m";
    private const string Yellow = "\e[33m";
    private const string Red = "\e[31m";

    // Red and yellow are left out: they mean trouble. Nine, as `cluster` starts nine nodes at most.
    private static readonly string[] NodeColours =
    [
        "\e[36m", "\e[35m", "\e[32m", "\e[34m", "\e[96m", "\e[95m", "\e[92m", "\e[94m", "\e[37m",
    ];

    /// <summary>Whether standard output is a terminal that wants colours (https://no-color.org).</summary>
    public static bool IsWanted =>
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
        && Environment.GetEnvironmentVariable("TERM") != "dumb" && Spectre.Console.AnsiConsole.Profile.Capabilities.Ansi;

    public static string Paint(LogLine line)
    {
        var node = NodeColour(line.Node);
        var (mark, text) = line.Mark switch
        {
            LogLine.RoleMark => (Bold + node, Bold + node),
            "WRN" => (Yellow, Yellow),
            "ERR" or "FTL" => (Bold + Red, Red),
            "DBG" or "VRB" => (Dim, Dim),
            _ => ("", ""),
        };
        var painted = new StringBuilder();
        Append(painted, Dim, line.Time).Append(' ');
        Append(painted, mark, line.Mark).Append(' ');
        Append(painted, node, line.Node).Append(' ');
        return Append(painted, text, line.Text).ToString();
    }

    private static string NodeColour(string node)
    {
        // n1, n2, n3 get neighbouring colours; any other name gets the same one at every start.
        var hash = 0;
        foreach (var letter in node)
            hash = ((hash * 31) + letter) & int.MaxValue;
        return NodeColours[hash % NodeColours.Length];
    }

    private static StringBuilder Append(StringBuilder painted, string colour, string text) =>
        colour.Length == 0 ? painted.Append(text) : painted.Append(colour).Append(text).Append(Reset);
}
