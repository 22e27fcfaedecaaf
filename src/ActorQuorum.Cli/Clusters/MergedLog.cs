using ActorQuorum.Cli.Logging;

namespace ActorQuorum.Cli.Clusters;

/// <summary>The log of all nodes of a local cluster, line by line, each with its node's name and colour.</summary>
internal sealed class MergedLog
{
    /// <summary>The name under which <c>cluster</c> itself speaks.</summary>
    private const string Own = "--";

    private readonly Lock _lock = new();
    private readonly bool _coloured = Palette.IsWanted;

    /// <summary>A line that a node printed.</summary>
    public void Relay(string node, string line)
    {
        // What is no log line, such as a stack trace, gets the node's name in the place where it stands elsewhere.
        Write(LogLine.TryParse(line, node, out var parsed) ? parsed : new LogLine(new string(' ', 12), "   ", node, line));
    }

    /// <summary>A line of the cluster's own.</summary>
    public void Say(string mark, string text) => Write(new LogLine(LogLine.Stamp(DateTimeOffset.Now), mark, Own, text));

    private void Write(LogLine line)
    {
        var text = _coloured ? Palette.Paint(line) : line.ToString();
        lock (_lock)
            Console.Out.WriteLine(text);
    }
}
