using System.CommandLine;
using System.CommandLine.Parsing;

namespace ActorQuorum.Cli;

/// <summary>
/// Finds misspelt options. System.CommandLine takes a word that it does not know for an argument where one may stand, so that
/// <c>put key --prev-vk</c> would write the value "--prev-vk".
/// </summary>
internal static class DashedWords
{
    /// <summary>What is wrong, or null.</summary>
    public static string? Complaint(ParseResult parsed)
    {
        var words = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(argument => argument.Tokens).ToArray();
        var afterDashes = parsed.Tokens.Reverse().TakeWhile(token => token.Type != TokenType.DoubleDash).Count();
        var isMeant = parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash) ? afterDashes : 0;
        var stray = words.SkipLast(isMeant).FirstOrDefault(word => word.Value.Length > 1 && word.Value[0] == '-');
        return stray is null
            ? null
            : $"'{stray.Value}' is no option of {parsed.CommandResult.Command.Name}; a word that begins with a dash comes after -- when all options are given.";
    }
}
