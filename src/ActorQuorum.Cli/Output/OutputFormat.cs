using System.CommandLine;

namespace ActorQuorum.Cli.Output;

/// <summary>How a command prints its answer.</summary>
internal enum OutputFormat
{
    /// <summary>Plain lines: etcdctl's where etcdctl has the command.</summary>
    Simple,

    /// <summary>For people.</summary>
    Table,

    /// <summary>For programs.</summary>
    Json,
}

/// <summary>The option <c>-o</c>.</summary>
internal sealed class OutputOption
{
    private readonly OutputFormat _usual;
    private readonly Option<string?> _option;

    /// <summary>The option itself.</summary>
    public Option Option => _option;

    /// <param name="usual">What is printed without it.</param>
    public OutputOption(OutputFormat usual)
    {
        _usual = usual;
        _option = new("--output", "-o") { Description = $"How to print [default: {Word(usual)}]." };
        _option.AcceptOnlyFromAmong([.. Enum.GetValues<OutputFormat>().Select(Word)]);
    }

    public OutputFormat Of(ParseResult parsed) => parsed.GetValue(_option) is { } word ? Enum.Parse<OutputFormat>(word, ignoreCase: true) : _usual;

#pragma warning disable CA1308 // The words of the command line are in lower case; nothing is compared after the change.
    private static string Word(OutputFormat format) => format.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
