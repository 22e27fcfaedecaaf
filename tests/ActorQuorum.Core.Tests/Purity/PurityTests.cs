using System.Xml.Linq;
using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Purity;

/// <summary>DESIGN "Houses and floors": the core references nothing but the base library, and a list of banned symbols keeps it pure.</summary>
public sealed class PurityTests
{
    [Theory]
    [InlineData("T:System.DateTime")]
    [InlineData("T:System.DateTimeOffset")]
    [InlineData("T:System.TimeProvider")]
    [InlineData("T:System.Diagnostics.Stopwatch")]
    [InlineData("P:System.Environment.TickCount64")]
    [InlineData("T:System.Random")]
    [InlineData("M:System.Guid.NewGuid")]
    [InlineData("T:System.HashCode")]
    [InlineData("T:System.Threading.Tasks.Task")]
    [InlineData("T:System.Threading.Tasks.Task`1")]
    [InlineData("T:System.Threading.Tasks.ValueTask")]
    [InlineData("T:System.Threading.Thread")]
    [InlineData("T:System.Threading.ThreadPool")]
    [InlineData("T:System.Threading.Timer")]
    [InlineData("T:System.Collections.Generic.Dictionary`2")]
    [InlineData("T:System.Collections.Generic.HashSet`1")]
    [InlineData("N:System.IO")]
    [InlineData("N:System.Net")]
    [InlineData("T:System.Console")]
    public void The_core_may_not_use(string symbol)
    {
        var line = File.ReadAllLines(Path.Combine(CoreFolder, "BannedSymbols.txt")).SingleOrDefault(l => l.Split(';')[0] == symbol);
        line.ShouldNotBeNull();
        line.Split(';').Length.ShouldBe(2, "a ban says why");
    }

    [Fact]
    public void The_list_is_handed_to_the_analyzer()
    {
        var project = XDocument.Load(Path.Combine(CoreFolder, "ActorQuorum.Core.csproj"));
        Includes(project, "AdditionalFiles").ShouldContain("BannedSymbols.txt");
        Includes(project, "PackageReference").ShouldBe(["Microsoft.CodeAnalysis.BannedApiAnalyzers"]);
        Includes(project, "ProjectReference").ShouldBeEmpty();
        project.Descendants("NoWarn").ShouldBeEmpty();
    }

    [Fact]
    public void No_source_of_the_core_suppresses_a_ban()
    {
        var suppressing = Directory.EnumerateFiles(CoreFolder, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f) is var text && (text.Contains("#pragma warning", StringComparison.Ordinal) || text.Contains("SuppressMessage", StringComparison.Ordinal)));
        suppressing.ShouldBeEmpty();
    }

    [Fact]
    public void The_core_references_nothing_but_the_base_library()
    {
        string[] allowed = ["System.Runtime", "System.Collections", "System.Collections.Immutable", "System.Linq", "System.Memory", "System.Runtime.InteropServices"];
        var references = typeof(RaftCore).Assembly.GetReferencedAssemblies().Select(r => r.Name!).ToList();
        references.ShouldNotBeEmpty();
        references.Except(allowed).ShouldBeEmpty();
    }

    private static string CoreFolder { get; } = Path.Combine(Repository.Root, "src", "ActorQuorum.Core");

    private static List<string> Includes(XDocument project, string element) =>
        [.. project.Descendants(element).Select(e => e.Attribute("Include")!.Value)];
}
