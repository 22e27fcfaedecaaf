using System.Globalization;

namespace ActorQuorum.Server.Json;

/// <summary>
/// Checks that bytes are JSON before anything is read from them, in one pass and without recursion. Says what is wrong in the words of Go's
/// encoding/json, which are etcd's answer to bad JSON.
/// </summary>
internal ref struct JsonSyntax
{
    private const int MostDepth = 10_000;

    private readonly ReadOnlySpan<byte> _text;
    private readonly string _incomplete;
    private readonly List<bool> _isObject = [];
    private int _at;

    private JsonSyntax(ReadOnlySpan<byte> text, string incomplete)
    {
        _text = text;
        _incomplete = incomplete;
    }

    private enum Expected
    {
        Value,
        ValueOrEnd,
        Key,
        KeyOrEnd,
        Colon,
        Next,
    }

    /// <summary>Finds the first value of a body; what follows it is not looked at, as etcd does. Empty if there is only white space.</summary>
    public static ReadOnlySpan<byte> FirstValue(ReadOnlySpan<byte> text)
    {
        var syntax = new JsonSyntax(text, "unexpected EOF");
        syntax.SkipSpace();
        var start = syntax._at;
        if (start == text.Length)
        {
            return default;
        }

        syntax.CheckValue();
        return text[start..syntax._at];
    }

    /// <summary>Checks a text that has to be one value and nothing else; returns it without the space around.</summary>
    public static ReadOnlySpan<byte> OnlyValue(ReadOnlySpan<byte> text)
    {
        var syntax = new JsonSyntax(text, "unexpected end of JSON input");
        syntax.SkipSpace();
        var start = syntax._at;
        syntax.CheckValue();
        var end = syntax._at;
        syntax.SkipSpace();
        return syntax._at == text.Length ? text[start..end] : throw syntax.Invalid("after top-level value");
    }

    private void CheckValue()
    {
        var expected = Expected.Value;
        do
        {
            SkipSpace();
            expected = Step(Peek(), expected);
        }
        while (_isObject.Count > 0 || expected != Expected.Next);
    }

    private Expected Step(byte c, Expected expected)
    {
        switch (expected)
        {
            case Expected.ValueOrEnd when c == ']':
            case Expected.KeyOrEnd when c == '}':
                return Close();
            case Expected.Key or Expected.KeyOrEnd:
                return c == '"' ? CheckString(Expected.Colon) : throw Invalid("looking for beginning of object key string");
            case Expected.Colon:
                return c == ':' ? Take(Expected.Value) : throw Invalid("after object key");
            case Expected.Next:
                return CheckNext(c);
            default:
                return CheckStart(c);
        }
    }

    private Expected CheckNext(byte c) => (_isObject[^1], c) switch
    {
        (true, (byte)',') => Take(Expected.Key),
        (false, (byte)',') => Take(Expected.Value),
        (true, (byte)'}') or (false, (byte)']') => Close(),
        (true, _) => throw Invalid("after object key:value pair"),
        (false, _) => throw Invalid("after array element"),
    };

    private Expected CheckStart(byte c) => c switch
    {
        (byte)'{' => Open(isObject: true),
        (byte)'[' => Open(isObject: false),
        (byte)'"' => CheckString(Expected.Next),
        (byte)'-' or (>= (byte)'0' and <= (byte)'9') => CheckNumber(),
        (byte)'t' => CheckLiteral("true"),
        (byte)'f' => CheckLiteral("false"),
        (byte)'n' => CheckLiteral("null"),
        _ => throw Invalid("looking for beginning of value"),
    };

    private Expected Open(bool isObject)
    {
        if (_isObject.Count == MostDepth)
        {
            throw Invalid("exceeded max depth");
        }

        _isObject.Add(isObject);
        return Take(isObject ? Expected.KeyOrEnd : Expected.ValueOrEnd);
    }

    private Expected Close()
    {
        _isObject.RemoveAt(_isObject.Count - 1);
        return Take(Expected.Next);
    }

    private Expected Take(Expected next)
    {
        _at++;
        return next;
    }

    private Expected CheckLiteral(string literal)
    {
        foreach (var letter in literal)
        {
            if (Peek() != letter)
            {
                throw Invalid($"in literal {literal} (expecting '{letter}')");
            }

            _at++;
        }

        return Expected.Next;
    }

    private Expected CheckString(Expected next)
    {
        for (_at++; Peek() != '"'; _at++)
        {
            if (Peek() < ' ')
            {
                throw Invalid("in string literal");
            }

            if (Peek() == '\\')
            {
                CheckEscape();
            }
        }

        return Take(next);
    }

    private void CheckEscape()
    {
        const int HexDigits = 4;
        _at++;
        if (!"\"\\/bfnrtu"u8.Contains(Peek()))
        {
            throw Invalid("in string escape code");
        }

        if (Peek() != 'u')
        {
            return;
        }

        for (var digit = 0; digit < HexDigits; digit++)
        {
            _at++;
            if (!char.IsAsciiHexDigit((char)Peek()))
            {
                throw Invalid("in \\u hexadecimal character escape");
            }
        }
    }

    private Expected CheckNumber()
    {
        if (_text[_at] == '-')
        {
            _at++;
            CheckDigit("in numeric literal");
        }

        if (_text[_at] == '0')
        {
            _at++;
        }
        else
        {
            SkipDigits();
        }

        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            CheckDigit("after decimal point in numeric literal");
            SkipDigits();
        }

        if (_at < _text.Length && _text[_at] is (byte)'e' or (byte)'E')
        {
            _at++;
            if (Peek() is (byte)'+' or (byte)'-')
            {
                _at++;
            }

            CheckDigit("in exponent of numeric literal");
            SkipDigits();
        }

        return Expected.Next;
    }

    private readonly void CheckDigit(string where)
    {
        if (!char.IsAsciiDigit((char)Peek()))
        {
            throw Invalid(where);
        }
    }

    private void SkipDigits()
    {
        while (_at < _text.Length && char.IsAsciiDigit((char)_text[_at]))
        {
            _at++;
        }
    }

    private void SkipSpace()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            _at++;
        }
    }

    private readonly byte Peek() => _at < _text.Length ? _text[_at] : throw new BadJsonException(_incomplete);

    private readonly BadJsonException Invalid(string where) => new($"invalid character {Quoted(_text[_at])} {where}");

    /// <summary>Go shows a byte as the character of that number.</summary>
    private static string Quoted(byte c) => (char)c switch
    {
        '\'' => @"'\''",
        '\\' => @"'\\'",
        '\a' => @"'\a'",
        '\b' => @"'\b'",
        '\f' => @"'\f'",
        '\n' => @"'\n'",
        '\r' => @"'\r'",
        '\t' => @"'\t'",
        '\v' => @"'\v'",
        < ' ' or '\x7f' => string.Create(CultureInfo.InvariantCulture, $@"'\x{c:x2}'"),
        (>= '\x80' and <= '\xa0') or '\xad' => string.Create(CultureInfo.InvariantCulture, $@"'\u{c:x4}'"),
        var shown => $"'{shown}'",
    };
}
