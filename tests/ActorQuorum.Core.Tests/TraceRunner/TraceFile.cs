using System.Text;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>A command and the output that the file expects of it.</summary>
/// <param name="Line">The command's line, counted from 1.</param>
/// <param name="Command">The command line.</param>
/// <param name="Expected">The lines under its <c>----</c>.</param>
internal sealed record TraceBlock(int Line, string Command, IReadOnlyList<string> Expected);

/// <summary>A trace: prose, commands and expected output, as docs/traces.md describes them.</summary>
internal sealed class TraceFile
{
    public const string Separator = "----";

    private readonly string[] _lines;

    private TraceFile(string name, string[] lines, List<TraceBlock> blocks)
    {
        Name = name;
        _lines = lines;
        Blocks = blocks;
    }

    public string Name { get; }

    public IReadOnlyList<TraceBlock> Blocks { get; }

    public static TraceFile Parse(string name, string text)
    {
        var carriageReturn = text.IndexOf('\r', StringComparison.Ordinal);
        if (carriageReturn >= 0)
            throw At(name, 1 + text.AsSpan(0, carriageReturn).Count('\n'), "a carriage return; lines of a trace end in a line feed alone");
        if (!text.EndsWith('\n')) throw At(name, 1 + text.Count(c => c == '\n'), "the last line does not end in a line feed");
        var lines = text[..^1].Split('\n');
        var blocks = new List<TraceBlock>();
        for (var at = 0; at < lines.Length; at++)
        {
            if (lines[at].Length == 0 || lines[at][0] == '#') continue;
            if (lines[at] == Separator) throw At(name, at + 1, $"'{Separator}' without a command in the line before it");
            if (at + 1 == lines.Length || lines[at + 1] != Separator)
                throw At(name, at + 1, $"the command '{lines[at]}' is not followed by a line '{Separator}'");
            var end = Array.IndexOf(lines, "", at + 2);
            if (end < 0) end = lines.Length;
            blocks.Add(new(at + 1, lines[at], lines[(at + 2)..end]));
            at = end;
        }

        if (blocks.Count == 0) throw At(name, lines.Length, "no command stands in this trace");
        return new(name, lines, blocks);
    }

    /// <summary>Runs all commands on a cluster of their own; what each of them printed.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Run()
    {
        var world = new TraceWorld();
        var outputs = new List<IReadOnlyList<string>>();
        foreach (var block in Blocks)
        {
            try
            {
                outputs.Add(world.Run(TraceCommand.Parse(block.Command)));
            }
            catch (Exception e) when (e is TraceException or InvariantViolationException)
            {
                throw At(Name, block.Line, e.Message, e);
            }
        }

        return outputs;
    }

    /// <summary>The file's text with other output in it; all else stays as it stands.</summary>
    public string WithOutput(IReadOnlyList<IReadOnlyList<string>> outputs)
    {
        var text = new StringBuilder();
        var copied = 0;
        for (var i = 0; i < Blocks.Count; i++)
        {
            var outputAt = Blocks[i].Line + 1;
            AppendLines(text, _lines[copied..outputAt]);
            AppendLines(text, outputs[i]);
            copied = outputAt + Blocks[i].Expected.Count;
        }

        AppendLines(text, _lines[copied..]);
        return text.ToString();
    }

    /// <summary>The blocks that printed something else than the file expects; null if there are none.</summary>
    public string? Differences(IReadOnlyList<IReadOnlyList<string>> outputs)
    {
        var text = new StringBuilder();
        for (var i = 0; i < Blocks.Count; i++)
        {
            if (Blocks[i].Expected.SequenceEqual(outputs[i])) continue;
            AppendLines(text, [$"{Name}:{Blocks[i].Line}: {Blocks[i].Command}"]);
            AppendLines(text, TraceDiff.Of(Blocks[i].Expected, outputs[i]));
        }

        return text.Length == 0 ? null : text.ToString();
    }

    private static void AppendLines(StringBuilder text, IEnumerable<string> lines)
    {
        foreach (var line in lines) text.Append(line).Append('\n');
    }

    private static TraceException At(string name, int line, string message, Exception? inner = null) =>
        new($"{name}:{line}: {message}", inner);
}
