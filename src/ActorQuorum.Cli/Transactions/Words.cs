using System.Globalization;
using System.Text;

namespace ActorQuorum.Cli.Transactions;

/// <summary>Splits a line into words as a shell does: "..." with the escapes of Go and C, '...' as it is.</summary>
internal static class Words
{
    /// <exception cref="FormatException">A quote is not closed, or an escape is none.</exception>
    public static List<string> Split(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var isOpen = false;
        for (var at = 0; at < line.Length; at++)
        {
            var c = line[at];
            if (char.IsWhiteSpace(c))
            {
                if (isOpen) words.Add(word.ToString());
                word.Clear();
                isOpen = false;
                continue;
            }

            isOpen = true;
            if (c is '"' or '\'') at = Quoted(line, at, word);
            else word.Append(c);
        }

        if (isOpen) words.Add(word.ToString());
        return words;
    }

    /// <summary>Reads a quoted text that begins at <paramref name="start"/>; returns where its closing quote stands.</summary>
    public static int Quoted(string line, int start, StringBuilder into)
    {
        var quote = line[start];
        for (var at = start + 1; at < line.Length; at++)
        {
            if (line[at] == quote) return at;
            if (line[at] == '\\' && quote == '"') at = Escaped(line, at, into);
            else into.Append(line[at]);
        }

        throw new FormatException($"the quote {quote} is not closed");
    }

    private static int Escaped(string line, int backslash, StringBuilder into)
    {
        var letter = backslash + 1 < line.Length ? line[backslash + 1] : ' ';
        var digits = letter switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits == 0)
        {
            into.Append(letter switch
            {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                '"' or '\\' => letter,
                _ => throw new FormatException($"\\{letter} is no escape: there are \\n \\t \\r \\\" \\\\ \\xNN and \\uNNNN"),
            });
            return backslash + 1;
        }

        if (backslash + 2 + digits > line.Length
            || !int.TryParse(line.AsSpan(backslash + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || (letter == 'x' && code > 0x7f))
            throw new FormatException($"\\{letter} takes {digits} hexadecimal digits{(letter == 'x' ? ", 7f at most: keys and values are text here" : "")}");
        into.Append((char)code);
        return backslash + 1 + digits;
    }
}
