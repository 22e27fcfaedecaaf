using System.Text.RegularExpressions;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>
/// Reads one file into nodes. <paramref name="scopes"/> are the places where this file and those around it are included, the innermost
/// first and the root last: a substitution is looked up in each. <paramref name="depth"/> is how deep in objects the file stands.
/// </summary>
internal sealed partial class HoconParser(string text, HoconFile file, HoconFiles files, IReadOnlyList<HoconPath> scopes, int depth)
{
    private readonly HoconLexer _lexer = new(text, file.Name);
    private HoconToken _token;

    private Origin Here => new(file.Name, _token.Line);

    public ObjectNode ParseRoot()
    {
        Advance();
        SkipNewlines();
        if (_token.Kind == TokenKind.OpenBracket)
            throw Here.Error("the file holds an array: a configuration is an object, so write key = [ … ].");

        var root = new ObjectNode(Here);
        if (_token.Kind != TokenKind.OpenBrace)
        {
            ParseFields(root, scopes[0], depth, TokenKind.End);
            return root;
        }

        Advance();
        ParseFields(root, scopes[0], depth, TokenKind.CloseBrace);
        SkipNewlines();
        if (_token.Kind == TokenKind.End) return root;
        throw Here.Error($"{_token.Describe()} follows after the '}}' that closes the file's object: remove it, or the braces around the file.");
    }

    /// <summary>Reads fields and the token that closes them. <paramref name="path"/> is null within an array, where no path leads.</summary>
    private void ParseFields(ObjectNode target, HoconPath? path, int nesting, TokenKind close)
    {
        while (true)
        {
            SkipNewlines();
            if (Closes(close, target.Origin, "object", "}")) return;
            if (_token is { Kind: TokenKind.Unquoted, Text: "include" }) ParseInclude(target, path, nesting);
            else ParseField(target, path, nesting);
            RequireSeparator(close, close == TokenKind.End ? "the end of the file" : "'}'");
        }
    }

    private void ParseField(ObjectNode target, HoconPath? path, int nesting)
    {
        var origin = Here;
        var key = ParsePath("a key");
        nesting = Deeper(nesting, key.Elements.Count - 1, origin);
        var valuePath = path?.Then(key);
        SkipNewlines();
        var separator = _token.Kind;
        if (separator is not (TokenKind.OpenBrace or TokenKind.Assign or TokenKind.Append))
            throw origin.Error($"the key '{key}' has no value: expected '=', ':', '+=' or '{{', found {_token.Describe()}.");

        if (separator != TokenKind.OpenBrace)
        {
            Advance();
            SkipNewlines();
        }

        var value = ParseValue(valuePath, nesting, $"a value for '{key}'");
        if (separator == TokenKind.Append) value = new ConcatenationNode(origin, [new PreviousNode(origin), new ArrayNode(origin, [value])]);
        target.Assign([.. key.Elements], origin, value);
    }

    /// <summary>Reads one value, or several side by side on a line.</summary>
    private HoconNode ParseValue(HoconPath? path, int nesting, string what)
    {
        var origin = Here;
        List<HoconNode> parts = [];
        while (true)
        {
            var token = _token;
            var at = Here;
            if (token.IsText) Advance();
            HoconNode? part = token.Kind switch
            {
                TokenKind.Quoted => new LiteralNode(new(at, ScalarKind.String, token.Text)),
                TokenKind.Unquoted => new LiteralNode(new(at, KindOf(token.Text), token.Text)),
                TokenKind.OpenBrace => ParseObject(path, nesting),
                TokenKind.OpenBracket => ParseArray(nesting),
                TokenKind.OpenSubstitution or TokenKind.OpenOptionalSubstitution => ParseSubstitution(),
                _ => null,
            };
            if (part is null) break;
            if (parts.Count > 0 && token.Leading.Length > 0) parts.Add(new WhitespaceNode(at, token.Leading));
            parts.Add(part);
        }

        return parts.Count switch
        {
            0 => throw Here.Error($"expected {what}, found {_token.Describe()}."),
            1 => parts[0],
            _ => new ConcatenationNode(origin, parts),
        };
    }

    private ObjectNode ParseObject(HoconPath? path, int nesting)
    {
        var node = new ObjectNode(Here);
        nesting = Deeper(nesting, 1, node.Origin);
        Advance();
        ParseFields(node, path, nesting, TokenKind.CloseBrace);
        return node;
    }

    private ArrayNode ParseArray(int nesting)
    {
        var origin = Here;
        nesting = Deeper(nesting, 1, origin);
        Advance();
        List<HoconNode> items = [];
        while (true)
        {
            SkipNewlines();
            if (Closes(TokenKind.CloseBracket, origin, "array", "]")) return new ArrayNode(origin, items);
            items.Add(ParseValue(null, nesting, "an element of the array or ']'"));
            RequireSeparator(TokenKind.CloseBracket, "']'");
        }
    }

    private SubstitutionNode ParseSubstitution()
    {
        var origin = Here;
        var isOptional = _token.Kind == TokenKind.OpenOptionalSubstitution;
        Advance();
        var path = ParsePath("a path, as in ${a.b}");
        if (_token.Kind != TokenKind.CloseBrace)
            throw origin.Error($"the substitution ${{{path} is not closed: expected '}}', found {_token.Describe()}.");
        Advance();
        return new SubstitutionNode(origin, [.. scopes.Select(scope => scope.Then(path)).Distinct()], isOptional);
    }

    private bool Closes(TokenKind close, Origin opened, string what, string symbol)
    {
        if (_token.Kind == close)
        {
            if (close != TokenKind.End) Advance();
            return true;
        }

        if (_token.Kind == TokenKind.End) throw opened.Error($"the {what} that opens here is never closed: add '{symbol}'.");
        return false;
    }

    private void RequireSeparator(TokenKind close, string closing)
    {
        var found = SkipNewlines();
        if (_token.Kind == TokenKind.Comma) Advance();
        else if (!found && _token.Kind != close && _token.Kind != TokenKind.End)
            throw Here.Error($"expected ',', a new line or {closing}, found {_token.Describe()}.");
    }

    private static int Deeper(int nesting, int levels, Origin origin) => nesting + levels <= HoconLimits.NestingDepth
        ? nesting + levels
        : throw origin.Error($"objects and arrays are nested in one another deeper than {HoconLimits.NestingDepth} levels; write it flatter.");

    private static ScalarKind KindOf(string unquoted) => unquoted switch
    {
        "null" => ScalarKind.Null,
        "true" or "false" => ScalarKind.Boolean,
        _ => Number().IsMatch(unquoted) ? ScalarKind.Number : ScalarKind.String,
    };

    private void Advance() => _token = _lexer.Next();

    private bool SkipNewlines()
    {
        var found = false;
        for (; _token.Kind == TokenKind.Newline; found = true) Advance();
        return found;
    }

    [GeneratedRegex(@"\A-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
