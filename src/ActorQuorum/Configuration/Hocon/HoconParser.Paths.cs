using System.Text;

namespace ActorQuorum.Configuration.Hocon;

/// <summary>Keys, paths and includes.</summary>
internal sealed partial class HoconParser
{
    /// <summary>Reads a path: dots outside of quotes part its elements, whitespace within it belongs to them.</summary>
    private HoconPath ParsePath(string what)
    {
        if (!_token.IsText) throw Here.Error($"expected {what}, found {_token.Describe()}.");
        var origin = Here;
        List<string> elements = [];
        var element = new StringBuilder();
        var isQuoted = false;
        for (var isFirst = true; _token.IsText; isFirst = false, Advance())
        {
            if (!isFirst) element.Append(_token.Leading);
            if (_token.Kind == TokenKind.Quoted)
            {
                element.Append(_token.Text);
                isQuoted = true;
                continue;
            }

            var pieces = _token.Text.Split('.');
            element.Append(pieces[0]);
            foreach (var piece in pieces.AsSpan(1))
            {
                EndElement();
                element.Append(piece);
            }
        }

        EndElement();
        return new HoconPath(elements);

        void EndElement()
        {
            if (element.Length == 0 && !isQuoted)
                throw origin.Error("a path has an empty element: remove the extra '.', or write \"\" if the key is really empty.");
            elements.Add(element.ToString());
            element.Clear();
            isQuoted = false;
        }
    }

    private void ParseInclude(ObjectNode target, HoconPath? path, int nesting)
    {
        var origin = Here;
        Advance();
        var before = IncludeWords();
        if (_token.Kind != TokenKind.Quoted)
        {
            throw origin.Error(
                $"include needs a quoted file name, found {_token.Describe()}: write include \"file.conf\", or quote the key \"include\".");
        }

        var name = _token.Text;
        Advance();
        var after = new StringBuilder();
        for (; _token.IsText; Advance()) after.Append(_token.Text);

        var (isRequired, isFile) = (before, after.ToString()) switch
        {
            ("", "") => (false, false),
            ("file(", ")") => (false, true),
            ("required(", ")") => (true, false),
            ("required(file(", "))") => (true, true),
            var (head, _) when head.Contains("url(", StringComparison.Ordinal) || head.Contains("classpath(", StringComparison.Ordinal) =>
                throw origin.Error("only files can be included: write include \"file.conf\"."),
            _ => throw origin.Error(
                "unknown form of include: write include \"x\", include file(\"x\"), include required(\"x\") or include required(file(\"x\"))."),
        };
        if (path is null) throw origin.Error("an include within an array is not supported: include at a key, and refer to it with ${key}.");

        IReadOnlyList<HoconPath> innerScopes = path == scopes[0] ? scopes : [path, .. scopes];
        var included = files.Include(new HoconInclude(name, isRequired, !isFile, origin, nesting), file, innerScopes);
        if (included is not null) target.Include(included);
    }

    /// <summary>The words between <c>include</c> and the file's name, which may stand on the next line.</summary>
    private string IncludeWords()
    {
        var words = new StringBuilder();
        while (true)
        {
            SkipNewlines();
            if (_token.Kind != TokenKind.Unquoted) return words.ToString();
            words.Append(_token.Text);
            Advance();
        }
    }
}
