using System.Globalization;

namespace ActorQuorum.Cli.Logging;

/// <summary>One line of a node's log: <c>HH:mm:ss.fff MRK name text</c>.</summary>
/// <param name="Time">When, as printed.</param>
/// <param name="Mark">Three letters for the level, or <see cref="RoleMark"/>.</param>
/// <param name="Node">Which node.</param>
/// <param name="Text">What happened.</param>
internal readonly record struct LogLine(string Time, string Mark, string Node, string Text)
{
    /// <summary>Marks a change of role: the headlines of a cluster's log, found by the eye and by grep.</summary>
    public const string RoleMark = ">>>";

    private const int TimeLength = 12;
    private const int MarkLength = 3;
    private const string TimeFormat = "HH:mm:ss.fff";

    public static string Stamp(DateTimeOffset time) => time.ToString(TimeFormat, CultureInfo.InvariantCulture);

    public override string ToString() => $"{Time} {Mark} {Node} {Text}";

    /// <summary>Reads back a line that a node printed; false for anything else it may have printed, such as a stack trace.</summary>
    public static bool TryParse(string line, string node, out LogLine parsed)
    {
        const int nodeStart = TimeLength + 1 + MarkLength + 1;
        parsed = default;
        if (line.Length <= nodeStart + node.Length || line[TimeLength] != ' ' || line[nodeStart - 1] != ' '
            || !line.AsSpan(nodeStart).StartsWith(node, StringComparison.Ordinal) || line[nodeStart + node.Length] != ' '
            || !TimeOnly.TryParseExact(line.AsSpan(0, TimeLength), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
            return false;

        parsed = new LogLine(line[..TimeLength], line.Substring(TimeLength + 1, MarkLength), node, line[(nodeStart + node.Length + 1)..]);
        return true;
    }
}
