namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>One command line, taken apart word by word; a word that nobody took is an error.</summary>
internal sealed class TraceCommand
{
    private readonly List<string> _words;

    private TraceCommand(List<string> words)
    {
        Name = words[0];
        _words = words[1..];
    }

    public string Name { get; }

    /// <summary>Words are set apart by spaces; what stands in parentheses is one word.</summary>
    public static TraceCommand Parse(string line)
    {
        var words = new List<string>();
        var start = 0;
        var depth = 0;
        for (var at = 0; at <= line.Length; at++)
        {
            if (at < line.Length && line[at] != ' ')
            {
                depth += line[at] switch { '(' => 1, ')' => -1, _ => 0 };
                if (depth is < 0 or > 1) throw new TraceException($"parentheses do not match in '{line}'");
                continue;
            }

            if (depth > 0 && at < line.Length) continue;
            if (at > start) words.Add(line[start..at]);
            start = at + 1;
        }

        if (depth != 0) throw new TraceException($"a parenthesis is not closed in '{line}'");
        return new(words);
    }

    /// <summary>Takes <paramref name="word"/>, if it stands there.</summary>
    public bool Flag(string word) => _words.Remove(word);

    /// <summary>Takes the value of <c>key=value</c>, if it stands there.</summary>
    public string? Option(string key)
    {
        var at = _words.FindIndex(w => w.StartsWith(key + "=", StringComparison.Ordinal));
        if (at < 0) return null;
        var value = _words[at][(key.Length + 1)..];
        _words.RemoveAt(at);
        return value;
    }

    /// <summary>Takes the next word, if one is left.</summary>
    public string? TryNext()
    {
        if (_words.Count == 0) return null;
        var word = _words[0];
        _words.RemoveAt(0);
        return word;
    }

    public string Next(string what) => TryNext() ?? throw new TraceException($"'{Name}' needs {what}");

    public void End()
    {
        if (_words.Count > 0) throw new TraceException($"'{Name}' does not know what to do with '{string.Join(' ', _words)}'");
    }
}
