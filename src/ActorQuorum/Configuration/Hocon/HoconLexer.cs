using System.Globalization;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>Cuts a text into tokens, on demand.</summary>
internal sealed class HoconLexer(string text, string file)
{
    private const string Forbidden = "$\"{}[]:=,+#`^?!@*&\\";

    private int _at;
    private int _line = 1;

    public HoconToken Next()
    {
        var start = _at;
        SkipWhitespace();
        var leading = start == _at ? "" : text[start.._at];
        SkipComment();
        if (_at >= text.Length) return new(TokenKind.End, "", leading, _line);

        var line = _line;
        return text[_at] switch
        {
            '\n' => Newline(leading),
            ',' => Symbol(TokenKind.Comma, 1, leading),
            ':' or '=' => Symbol(TokenKind.Assign, 1, leading),
            '+' when StartsWith("+=") => Symbol(TokenKind.Append, 2, leading),
            '{' => Symbol(TokenKind.OpenBrace, 1, leading),
            '}' => Symbol(TokenKind.CloseBrace, 1, leading),
            '[' => Symbol(TokenKind.OpenBracket, 1, leading),
            ']' => Symbol(TokenKind.CloseBracket, 1, leading),
            '$' when StartsWith("${?") => Symbol(TokenKind.OpenOptionalSubstitution, 3, leading),
            '$' when StartsWith("${") => Symbol(TokenKind.OpenSubstitution, 2, leading),
            '"' => new(TokenKind.Quoted, StringOfQuotes(), leading, line),
            _ => new(TokenKind.Unquoted, Unquoted(), leading, line),
        };
    }

    private HoconToken Newline(string leading)
    {
        _at++;
        return new(TokenKind.Newline, "\n", leading, _line++);
    }

    private HoconToken Symbol(TokenKind kind, int length, string leading)
    {
        var symbol = text.Substring(_at, length);
        _at += length;
        return new(kind, symbol, leading, _line);
    }

    private void SkipWhitespace()
    {
        while (_at < text.Length && text[_at] != '\n' && IsWhitespace(text[_at])) _at++;
    }

    private void SkipComment()
    {
        if (!StartsWith("#") && !StartsWith("//")) return;
        var end = text.IndexOf('\n', _at);
        _at = end < 0 ? text.Length : end;
    }

    private string Unquoted()
    {
        var start = _at;
        while (_at < text.Length && !IsWhitespace(text[_at]) && !StartsWith("//") && (!Forbidden.Contains(text[_at]) || IsExponentSign(start)))
        {
            _at++;
        }

        if (_at > start) return text[start.._at];
        throw Error($"'{text[_at]}' cannot stand here: put the text into \"quotes\" if it is part of a string.");
    }

    // The one place where a '+' is no reserved character: 1e+5.
    private bool IsExponentSign(int start) =>
        text[_at] == '+' && _at - start >= 2 && text[_at - 1] is 'e' or 'E' && (char.IsAsciiDigit(text[start]) || text[start] == '-')
        && _at + 1 < text.Length && char.IsAsciiDigit(text[_at + 1]);

    private string StringOfQuotes() => StartsWith("\"\"\"") ? TripleQuoted() : Quoted();

    private string TripleQuoted()
    {
        var opened = _line;
        var start = _at + 3;
        var end = text.IndexOf("\"\"\"", start, StringComparison.Ordinal);
        if (end < 0) throw new ConfigurationException(file, opened, "the string that \"\"\" opens is never closed: close it with \"\"\".");

        // The last three of a run of quotes close the string; those before belong to it.
        while (end + 3 < text.Length && text[end + 3] == '"') end++;
        _at = end + 3;
        var content = text[start..end];
        _line += content.AsSpan().Count('\n');
        return content;
    }

    private string Quoted()
    {
        _at++;
        var content = new System.Text.StringBuilder();
        while (true)
        {
            if (_at >= text.Length || text[_at] == '\n')
                throw Error("the string is not closed before the end of the line: add the closing '\"', or use \"\"\" around several lines.");
            var c = text[_at++];
            if (c == '"') return content.ToString();
            if (c == '\\') content.Append(Escape());
            else if (c < ' ') throw Error($"a control character (U+{(int)c:X4}) cannot stand in a quoted string: write it as \\u{(int)c:X4}.");
            else content.Append(c);
        }
    }

    private char Escape()
    {
        var c = _at < text.Length ? text[_at++] : '\n';
        return c switch
        {
            '"' or '\\' or '/' => c,
            'b' => '\b',
            'f' => '\f',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => UnicodeEscape(),
            _ => throw Error("an unknown escape follows '\\': the known ones are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX."),
        };
    }

    private char UnicodeEscape()
    {
        if (_at + 4 > text.Length
            || !ushort.TryParse(text.AsSpan(_at, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
            throw Error("\\u needs four hexadecimal digits, as in \\u00e9.");
        _at += 4;
        return (char)code;
    }

    private bool StartsWith(string symbol) => string.CompareOrdinal(text, _at, symbol, 0, symbol.Length) == 0;

    // Unicode's spaces, the byte order mark and the C0 separators, as the specification lists them.
    private static bool IsWhitespace(char c) => char.IsWhiteSpace(c) || c is '\uFEFF' or (>= '\u001C' and <= '\u001F');

    private ConfigurationException Error(string problem) => new(file, _line, problem);
}
