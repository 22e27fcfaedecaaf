using System.Collections.Immutable;
using ActorQuorum.TestKit.Faults;
using ActorQuorum.TestKit.Voting;

namespace ActorQuorum.Cli.Simulations;

/// <summary>The faults by the names that the command line has for them: <c>power-loss</c> for <see cref="FaultKind.PowerLoss"/>.</summary>
internal static class FaultNames
{
    private static readonly ImmutableSortedDictionary<string, FaultKind> ByName =
        Enum.GetValues<FaultKind>().ToImmutableSortedDictionary(NameOf, fault => fault, StringComparer.Ordinal);

    /// <summary>Members that come and go: an operator's doing, which the nemesis does not draw, but named like what it draws.</summary>
    private const string Members = "members";

    /// <summary>All names, for help and errors.</summary>
    public static string All => string.Join(", ", ByName.Keys.Append(Members).Order(StringComparer.Ordinal));

    /// <summary>Reads names with commas between; <c>all</c> and <c>none</c> stand for themselves.</summary>
    /// <returns>The faults, and in which seeds members come and go: among all faults in the even ones, as some bugs show only where nothing else gets in the way.</returns>
    /// <exception cref="CommandFailedException">There is no such fault.</exception>
    public static (ImmutableArray<FaultKind> Faults, Predicate<ulong> ChangesMembers) Parse(string text)
    {
        if (text == "all") return (Nemesis.All, seed => seed % 2 == 0);
        if (text == "none") return ([], _ => false);
        var names = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var isNamed = names.Contains(Members);
        return ([.. names.Where(name => name != Members).Select(One)], _ => isNamed);
    }

    /// <summary>Reads the names of the constant election's faults.</summary>
    /// <exception cref="CommandFailedException">There is no such fault.</exception>
    public static ImmutableArray<VotingFaultKind> ParseVoting(string text) => text switch
    {
        "all" => [.. Enum.GetValues<VotingFaultKind>()],
        "none" => [],
        _ => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(OneOfVoting)],
    };

    private static VotingFaultKind OneOfVoting(string name)
    {
        var kinds = Enum.GetValues<VotingFaultKind>();
        foreach (var kind in kinds)
            if (Spelled(kind.ToString()) == name) return kind;
        throw new CommandFailedException(
            ExitCode.Usage,
            $"there is no fault '{name}' of the constant election; there are {string.Join(", ", kinds.Select(kind => Spelled(kind.ToString())))}, or all, or none.");
    }

    private static FaultKind One(string name) =>
        ByName.TryGetValue(name, out var fault)
            ? fault
            : throw new CommandFailedException(ExitCode.Usage, $"there is no fault '{name}'; there are {All}, or all, or none.");

    private static string NameOf(FaultKind fault) => Spelled(fault.ToString());

    private static string Spelled(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));
}
