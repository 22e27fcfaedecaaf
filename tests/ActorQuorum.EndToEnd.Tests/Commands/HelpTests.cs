using System.CommandLine;
using ActorQuorum.Cli;
using ActorQuorum.Cli.Transactions;
using ActorQuorum.EndToEnd.Tests.Harness;

namespace ActorQuorum.EndToEnd.Tests.Commands;

public sealed class HelpTests
{
    private static readonly RootCommand Root = CommandLine.Build();

    public static TheoryData<string> Commands => [.. Root.Subcommands.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_command_has_a_description_and_examples_that_it_understands(string name)
    {
        var command = Root.Subcommands.Single(command => command.Name == name).ShouldBeOfType<DocumentedCommand>();
        command.Description.ShouldNotBeNullOrEmpty();
        command.Examples.ShouldNotBeEmpty();
        foreach (var example in command.Examples.Where(example => example.Contains("actorquorum", StringComparison.Ordinal)))
        {
            var words = example[example.LastIndexOf("actorquorum", StringComparison.Ordinal)..].Split('#', '|', ')')[0];
            Root.Parse(Words.Split(words)[1..]).Errors.ShouldBeEmpty(example);
        }

        foreach (var option in command.Options.Where(option => !option.Hidden)) option.Description.ShouldNotBeNullOrEmpty($"{name} {option.Name}");
    }

    [Fact]
    public async Task Help_shows_details_and_examples()
    {
        var help = await CliProcess.RunAsync("txn", "--help");

        help.ExitCode.ShouldBe(0);
        help.Output.ShouldContain("TARGET(\"KEY\") SIGN \"OPERAND\"");
        help.Output.ShouldContain("Examples:\n  actorquorum txn ");
    }

    [Theory]
    [InlineData("", "completion")]
    [InlineData("de", "debug")]
    [InlineData("get --name", "--namespace")]
    [InlineData("get k -o t", "table")]
    [InlineData("bench m", "mixed")]
    [InlineData("vote --sla", "--slave-script")]
    public async Task What_can_be_typed_next_is_suggested(string line, string word)
    {
        var suggested = await CliProcess.RunAsync($"[suggest:{line.Length}]", line);

        suggested.Output.Split('\n').ShouldContain(word);
    }

    [Fact]
    public async Task Bash_completes_a_word_with_the_printed_script()
    {
        using var folder = new ScratchFolder();
        var script = await CliProcess.RunAsync("completion", "bash", "--command", "aq");
        var file = folder.Write(
            "complete.bash",
            script.Output + "\nCOMP_LINE='aq get key --endp' COMP_POINT=17 COMP_WORDS=(aq get key --endp) COMP_CWORD=3\n_aq_complete\necho \"${COMPREPLY[*]}\"\n"
            + "COMP_LINE='aq st' COMP_POINT=5 COMP_WORDS=(aq st) COMP_CWORD=1\n_aq_complete\necho \"${COMPREPLY[*]}\"\n");

        (await CliProcess.RunAsync(CliProcess.StartProgram("bash", file))).Output.ShouldBe("--endpoints\nstatus");
    }

    [Theory]
    [InlineData("zsh", "compdef _actorquorum_complete actorquorum")]
    [InlineData("pwsh", "Register-ArgumentCompleter -Native -CommandName 'actorquorum'")]
    [InlineData("fish", "complete --command actorquorum")]
    public async Task Other_shells_have_scripts_of_their_own(string shell, string line) =>
        (await CliProcess.RunAsync("completion", shell)).Output.ShouldContain(line);
}
