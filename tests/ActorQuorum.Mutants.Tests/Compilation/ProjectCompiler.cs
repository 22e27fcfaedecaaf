using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ActorQuorum.Mutants.Tests.Compilation;

/// <summary>Compiles one of our projects from text, to memory. What its mutants share is read, parsed and generated once.</summary>
internal sealed class ProjectCompiler
{
    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.Latest);

    private static readonly Lazy<ISourceGenerator[]> Generators = new(LoadGenerators);

    private static readonly ConcurrentDictionary<string, Lazy<ProjectCompiler>> Projects = new();

    private static readonly Dictionary<string, string> AssemblyNames = new()
    {
        ["src/ActorQuorum.Core"] = "ActorQuorum.Core",
        ["src/ActorQuorum"] = "ActorQuorum.Node",
    };

    private readonly string _project;
    private readonly string _name;
    private readonly SortedDictionary<string, SyntaxTree> _trees = new(StringComparer.Ordinal);
    private readonly CSharpCompilation _unmutated;
    private readonly GeneratorDriver _generated;

    private ProjectCompiler(string project)
    {
        (_project, _name) = (project, AssemblyNames[project]);
        foreach (var (path, text) in SourceTree.SourcesOf(project)) _trees.Add(path, CSharpSyntaxTree.ParseText(text, Parsing, path));
        _unmutated = CSharpCompilation.Create(
            _name,
            _trees.Values,
            ReferencesOf(_name),
            new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true,
                nullableContextOptions: NullableContextOptions.Enable));
        _generated = CSharpGeneratorDriver.Create(Generators.Value, parseOptions: Parsing).RunGenerators(_unmutated);
    }

    /// <summary>The compiler of a project, by its folder from the root.</summary>
    public static ProjectCompiler Of(string project) =>
        Projects.GetOrAdd(project, static project => new(() => new ProjectCompiler(project))).Value;

    /// <summary>The assembly's name and bytes, with the edits brought in.</summary>
    public (string Name, byte[] Bytes) Compile(IEnumerable<Edit> edits)
    {
        var compilation = _unmutated;
        foreach (var file in edits.GroupBy(edit => edit.File))
        {
            _trees.ShouldContainKey(file.Key, $"an edit names {file.Key}, which is gone: name the file that holds the rule now");
            var text = file.Aggregate(_trees[file.Key].ToString(), (text, edit) => edit.ApplyTo(text));
            compilation = compilation.ReplaceSyntaxTree(_trees[file.Key], CSharpSyntaxTree.ParseText(text, Parsing, file.Key));
        }

        _generated.RunGeneratorsAndUpdateCompilation(compilation, out var complete, out _);
        using var bytes = new MemoryStream();
        var result = complete.Emit(bytes, manifestResources: ResourcesOf(_project));
        result.Success.ShouldBeTrue(string.Join('\n', result.Diagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)));
        return (_name, bytes.ToArray());
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
