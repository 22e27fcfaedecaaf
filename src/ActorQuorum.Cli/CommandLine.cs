using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ActorQuorum.Cli.Commands;
using ActorQuorum.Configuration;

namespace ActorQuorum.Cli;

/// <summary>The command line as a whole: its commands, and how their errors become one line and an exit code.</summary>
internal static class CommandLine
{
    public static RootCommand Build()
    {
        var root = new RootCommand("ActorQuorum: a few nodes elect one leader, keep one replicated log, and never disagree.")
        {
            RunCommand.Build(),
            ClusterCommand.Build(),
            VoteCommand.Build(),
            KeyCommands.BuildPut(),
            KeyCommands.BuildGet(),
            KeyCommands.BuildDelete(),
            TxnCommand.Build(),
            KeyCommands.BuildCompact(),
            StatusCommand.Build(),
            MembersCommand.Build(),
            MemberCommand.Build(),
            DebugCommand.Build(),
            SnapshotCommand.Build(),
            SoloCommand.Build(),
            ResetCommand.Build(),
            SoloCommand.BuildRecover(),
            BenchCommand.Build(),
            SimulateCommand.Build(),
            CompletionCommand.Build(),
        };
        HelpWithExamples.AddTo(root);
        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        // A value that begins with @ is a value; the default would read a file of that name.
        var parsed = Build().Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        // A misspelt option moves all words after it, so that what the parser makes of those says little.
        var isWrong = parsed.Action is ParseErrorAction;
        if (parsed.Action is not HelpWithExamples && (DashedWords.Complaint(parsed) ?? (isWrong ? Joined(parsed.Errors) : null)) is { } complaint)
        {
            Complain($"{complaint} Try: {Usage(parsed)}");
            return ExitCode.Usage;
        }

        try
        {
            // Signals are ours: each command decides what Ctrl-C and SIGTERM mean.
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (CommandFailedException e)
        {
            Complain(e.Message);
            return e.ExitCode;
        }
        catch (ConfigurationException e)
        {
            Complain(e.Message);
            return ExitCode.Usage;
        }
    }

    /// <summary>One line on standard error.</summary>
    public static void Complain(string message) => Console.Error.WriteLine("actorquorum: " + OneLine(message));

    private static string OneLine(string message) =>
        string.Join(' ', message.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    private static string Joined(IEnumerable<ParseError> errors) => string.Join(" ", errors.Select(error => error.Message));

    private static string Usage(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "actorquorum --help" : $"actorquorum {parsed.CommandResult.Command.Name} --help";
}
