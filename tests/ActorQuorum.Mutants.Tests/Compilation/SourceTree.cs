using System.Reflection;

namespace ActorQuorum.Mutants.Tests.Compilation;

/// <summary>The repository that these tests were built from.</summary>
internal static class SourceTree
{
    /// <summary>The folder that holds ActorQuorum.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All sources of a project, by path from the root, with those that its build generated (usings, attributes, protobuf).</summary>
    public static SortedDictionary<string, string> SourcesOf(string project)
    {
        var folder = Path.Combine(Root, project);
        var configuration = typeof(SourceTree).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var generated = Path.Combine(folder, "obj", configuration, $"net{Environment.Version.Major}.0");
        var written = Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(path => !IsBuilt(Path.GetRelativePath(folder, path)));
        var sources = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in written.Concat(Directory.EnumerateFiles(generated, "*.cs")))
            sources.Add(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path).ReplaceLineEndings("\n"));
        return sources;
    }

    private static bool IsBuilt(string path) => path.Split('/', '\\')[0] is "obj" or "bin";

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ActorQuorum.sln"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException($"no ActorQuorum.sln above {AppContext.BaseDirectory}: run the tests inside the repository");
    }
}
