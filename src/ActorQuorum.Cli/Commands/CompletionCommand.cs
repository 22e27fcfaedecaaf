using System.CommandLine;
using ActorQuorum.Cli.Completion;

namespace ActorQuorum.Cli.Commands;

/// <summary><c>completion</c>: what a shell needs to complete the command's words.</summary>
internal static class CompletionCommand
{
    public static Command Build()
    {
        var shell = new Argument<string>("SHELL") { Description = "The shell." };
        shell.AcceptOnlyFromAmong(CompletionScript.Shells);
        var name = new Option<string>("--command")
        {
            Description = "The word to complete, if it is an alias.", HelpName = "WORD", DefaultValueFactory = _ => "actorquorum",
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var word }] && !word.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'))
                result.AddError($"--command '{word}': a command's name has letters, digits, dots, dashes and underscores here.");
        });
        var command = new DocumentedCommand(
            "completion",
            "Prints a script that lets a shell complete the words of this command.",
            "source <(actorquorum completion bash)                                # bash, e.g. in ~/.bashrc",
            "source <(actorquorum completion zsh)                                 # zsh, in ~/.zshrc after compinit",
            "actorquorum completion pwsh | Out-String | Invoke-Expression         # PowerShell, in $PROFILE",
            "actorquorum completion fish | source                                 # fish, in ~/.config/fish/config.fish",
            "source <(aq completion bash --command aq)                            # for an alias")
        {
            shell, name,
        };
        command.SetAction((parsed, _) =>
        {
            Console.Out.Write(CompletionScript.For(parsed.GetRequiredValue(shell), parsed.GetRequiredValue(name), ThisProgram.TypedLine()));
            return Task.FromResult(ExitCode.Ok);
        });
        return command;
    }
}
