using System.Diagnostics;

namespace ActorQuorum.Cli;

/// <summary>How to start this very program once more, by itself or by its user.</summary>
internal static class ThisProgram
{
    private static readonly string Executable =
        Environment.ProcessPath ?? throw new CommandFailedException(ExitCode.Failed, "The system does not say where this program lies.");

    private static readonly bool IsRunByDotnet =
        string.Equals(Path.GetFileNameWithoutExtension(Executable), "dotnet", StringComparison.OrdinalIgnoreCase);

    private static readonly string Library = Path.Combine(AppContext.BaseDirectory, "actorquorum.dll");

    public static ProcessStartInfo StartInfo(IEnumerable<string> arguments) =>
        new(Executable, IsRunByDotnet ? [Library, .. arguments] : arguments);

    /// <summary>The line a user types to start it with these arguments.</summary>
    public static string TypedLine(params IEnumerable<string> arguments) =>
        string.Join(' ', ((IEnumerable<string>)[.. TypedName(), .. arguments]).Select(Quote));

    private static string[] TypedName()
    {
        if (IsRunByDotnet)
            return ["dotnet", Library];
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return folders.Contains(Path.GetDirectoryName(Executable)) ? [Path.GetFileNameWithoutExtension(Executable)] : [Executable];
    }

    private static string Quote(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word;
}
