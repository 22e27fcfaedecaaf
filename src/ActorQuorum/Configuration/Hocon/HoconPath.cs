using System.Text;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>The way from the root to a value.</summary>
internal sealed record HoconPath(IReadOnlyList<string> Elements)
{
    public static HoconPath Root { get; } = new([]);

    public HoconPath Then(HoconPath further) => Elements.Count == 0 ? further : new([.. Elements, .. further.Elements]);

    /// <summary>The path as it would be written in a file: elements that need quotes have them.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var element in Elements)
        {
            if (text.Length > 0) text.Append('.');
            if (NeedsNoQuotes(element)) text.Append(element);
            else text.Append('"').Append(element.Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
        }

        return text.ToString();
    }

    private static bool NeedsNoQuotes(string element) =>
        element.Length > 0 && element.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
