namespace ActorQuorum.Core.Tests.TraceRunner;

/// <summary>Where the traces stand: in the source tree, so that they can be rewritten there.</summary>
internal static class TraceFolder
{
    public static string Root { get; } = FindRoot();

    public static string Traces { get; } = Path.Combine(Root, "tests", "ActorQuorum.Core.Tests", "traces");

    public static IReadOnlyList<string> Files() => [.. Directory.EnumerateFiles(Traces, "*.txt").Order(StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "ActorQuorum.sln")))
                return folder.FullName;
        throw new DirectoryNotFoundException("no folder above the tests holds ActorQuorum.sln");
    }
}
