using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace ActorQuorum.Cli;

/// <summary>A command that shows examples below its help.</summary>
internal sealed class DocumentedCommand(string name, string description, params string[] examples) : Command(name, description)
{
    public IReadOnlyList<string> Examples { get; } = examples;

    /// <summary>What its help says besides, a line each.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];
}

/// <summary>The usual help, and examples after it.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly string[] TourExamples =
    [
        "actorquorum cluster",
        "actorquorum put greeting hello",
        "actorquorum get greeting",
        "actorquorum status",
        "actorquorum debug --all",
        "actorquorum bench put",
    ];

    public static void AddTo(RootCommand root)
    {
        foreach (var help in root.Options.OfType<HelpOption>())
        {
            // Words of another system's shell, which would only clutter what is suggested here.
            foreach (var foreign in (string[])["-?", "/?", "/h"]) help.Aliases.Remove(foreign);
            if (help.Action is HelpAction usual)
                help.Action = new HelpWithExamples(usual);
        }
    }

    // Someone who asks for help while the rest of the line is wrong gets help, as with the usual action.
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is DocumentedCommand { Details: { Count: > 0 } details })
        {
            foreach (var line in details) output.WriteLine(line);
            output.WriteLine();
        }

        var examples = (parseResult.CommandResult.Command as DocumentedCommand)?.Examples ?? TourExamples;
        output.WriteLine("Examples:");
        foreach (var example in examples)
            output.WriteLine("  " + example);
        output.WriteLine();
        return ExitCode.Ok;
    }
}
