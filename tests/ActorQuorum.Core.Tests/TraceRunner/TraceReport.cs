namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>What one command prints: causes at the margin, effects under them; or, quiet, only the headlines.</summary>
internal sealed class TraceReport
{
    private readonly List<string> _lines = [];
    private string? _cause;

    public bool IsQuiet { get; set; }

    /// <summary>Hands over what was printed, and begins anew.</summary>
    public IReadOnlyList<string> Take()
    {
        IReadOnlyList<string> lines = _lines.Count == 0 ? ["(nothing)"] : [.. _lines];
        _lines.Clear();
        _cause = null;
        IsQuiet = false;
        return lines;
    }

    /// <summary>A line that stands for itself, also when quiet.</summary>
    public void Line(string text) => _lines.Add(text);

    public void Cause(string text)
    {
        _cause = null;
        if (!IsQuiet) _lines.Add(text);
    }

    /// <summary>A cause that is printed only if it has an effect.</summary>
    public void CauseOfEffects(string text) => _cause = text;

    public void Headline(string node, string text)
    {
        if (IsQuiet) _lines.Add($"{node} {text}");
        else Detail(text);
    }

    public void Detail(string text)
    {
        if (IsQuiet) return;
        if (_cause is not null) _lines.Add(_cause);
        _cause = null;
        _lines.Add("  " + text);
    }
}
