namespace ActorQuorum.Cli.Completion;

/// <summary>
/// What a shell runs to complete a line: it asks this program, which knows its own words (System.CommandLine's [suggest] directive). The first
/// word is left out of the line, so that an alias completes as well.
/// </summary>
internal static class CompletionScript
{
    public static readonly string[] Shells = ["bash", "zsh", "pwsh", "fish"];

    /// <param name="shell">One of <see cref="Shells"/>.</param>
    /// <param name="name">The word that the user types.</param>
    /// <param name="program">How the program is started.</param>
    public static string For(string shell, string name, string program) =>
        (shell switch { "bash" => Bash, "zsh" => Zsh, "pwsh" => PowerShell, _ => Fish })
            .Replace("{function}", "_" + string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_')), StringComparison.Ordinal)
            .Replace("{name}", name, StringComparison.Ordinal)
            .Replace("{program}", program, StringComparison.Ordinal)
            .ReplaceLineEndings("\n");

    private const string Bash = """
        # Completes {name} in bash. For this shell: source <({program} completion bash)
        {function}_complete() {
            local line="${COMP_LINE:0:COMP_POINT}" IFS=$'\n'
            line="${line#"${line%%[![:space:]]*}"}"
            line="${line#* }"
            COMPREPLY=($(compgen -W "$({program} "[suggest:${#line}]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F {function}_complete {name}

        """;

    private const string Zsh = """
        #compdef {name}
        # Completes {name} in zsh. For this shell, after compinit: source <({program} completion zsh)
        {function}_complete() {
            local line="${(j: :)words[2,CURRENT]}"
            local -a found
            found=("${(@f)$({program} "[suggest:${#line}]" "$line" 2>/dev/null)}")
            compadd -- ${found:#}
        }
        compdef {function}_complete {name}

        """;

    private const string PowerShell = """
        # Completes {name} in PowerShell. For this shell: {program} completion pwsh | Out-String | Invoke-Expression
        Register-ArgumentCompleter -Native -CommandName '{name}' -ScriptBlock {
            param($wordToComplete, $commandAst, $cursorPosition)
            $words = $commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.Extent.Text }
            $line = $words -join ' '
            if ($wordToComplete -eq '' -and $line -ne '') { $line += ' ' }
            {program} "[suggest:$($line.Length)]" $line 2>$null | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
            }
        }

        """;

    private const string Fish = """
        # Completes {name} in fish. For this shell: {program} completion fish | source
        function {function}_complete
            set -l words (commandline --tokenize --cut-at-cursor --current-process) (commandline --current-token --cut-at-cursor)
            set -l line (string join ' ' -- $words[2..-1])
            {program} "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete --command {name} --arguments '({function}_complete)'

        """;
}
