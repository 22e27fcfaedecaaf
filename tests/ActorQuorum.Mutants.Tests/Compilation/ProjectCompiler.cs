using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorQuorum.Mutants.Tests.Compilation;

/// <summary>Compiles one of our projects from text, to memory.</summary>
internal static class ProjectCompiler
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private static readonly Lazy<ISourceGenerator[]> Generators = new(LoadGenerators);

    private static readonly Dictionary<string, string> AssemblyNames = new()
    {
        ["src/ActorQuorum.Core"] = "ActorQuorum.Core",
        ["src/ActorQuorum"] = "ActorQuorum.Node",
    };

    /// <summary>The assembly's name and bytes.</summary>
    public static (string Name, byte[] Bytes) Compile(string project, IReadOnlyDictionary<string, string> sources)
    {
        var name = AssemblyNames[project];
        var compilation = CSharpCompilation.Create(
            name,
            sources.Select(source => CSharpSyntaxTree.ParseText(source.Value, Parsing, source.Key)),
            ReferencesOf(name),
            new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(Generators.Value, parseOptions: Parsing)
            .RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        using var bytes = new MemoryStream();
        var result = complete.Emit(bytes, manifestResources: ResourcesOf(project));
        result.Success.ShouldBeTrue(string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return (name, bytes.ToArray());
    }

    /// <summary>All that the runtime knows of, except what is above the project (and the project itself).</summary>
    private static IEnumerable<MetadataReference> ReferencesOf(string name)
    {
        var known = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        foreach (var path in known)
        {
            var file = Path.GetFileNameWithoutExtension(path);
            var isOurs = file.StartsWith("ActorQuorum.", StringComparison.Ordinal);
            var isBelow = file == "ActorQuorum.Core" && name != file;
            if (!isOurs || isBelow) yield return MetadataReference.CreateFromFile(path);
        }
    }

    /// <summary>The build puts the SDK's generators beside these tests.</summary>
    private static ISourceGenerator[] LoadGenerators() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "generators"), "*Generator.dll")
            .SelectMany(path => TypesOf(Assembly.LoadFrom(path)))
            .Where(type => type.IsDefined(typeof(GeneratorAttribute), inherit: false))
            .Select(type => ((IIncrementalGenerator)Activator.CreateInstance(type)!).AsSourceGenerator()),
    ];

    /// <summary>Beside its generator an assembly may hold what only an editor can load.</summary>
    private static IEnumerable<Type> TypesOf(Assembly assembly)
    {
        try
        {
            return assembly.GetTypes();
        }
        catch (ReflectionTypeLoadException partly)
        {
            return partly.Types.OfType<Type>();
        }
    }

    private static IEnumerable<ResourceDescription> ResourcesOf(string project)
    {
        var path = Path.Combine(SourceTree.Root, project, "Configuration", "reference.conf");
        return File.Exists(path) ? [new("reference.conf", () => File.OpenRead(path), isPublic: true)] : [];
    }
}
