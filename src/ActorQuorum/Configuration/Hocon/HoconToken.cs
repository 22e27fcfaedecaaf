namespace ActorQuorum.Configuration.Hocon;

internal enum TokenKind
{
    End,
    Newline,
    Comma,
    Assign,
    Append,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenSubstitution,
    OpenOptionalSubstitution,
    Quoted,
    Unquoted,
}

/// <summary>A token, with the whitespace before it on its line: between two values it counts.</summary>
internal readonly record struct HoconToken(TokenKind Kind, string Text, string Leading, int Line)
{
    public bool IsText => Kind is TokenKind.Quoted or TokenKind.Unquoted;

    public string Describe() => Kind switch
    {
        TokenKind.End => "the end of the file",
        TokenKind.Newline => "the end of the line",
        TokenKind.Quoted => $"the string \"{Shortened}\"",
        _ => $"'{Shortened}'",
    };

    private string Shortened => Text.Length <= 40 ? Text : Text[..40] + "…";
}
