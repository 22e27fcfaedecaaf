using System.Text.RegularExpressions;

namespace ActorQuorum.Tests.Documentation;

/// <summary>What README and docs point at is there.</summary>
public sealed partial class DocumentLinkTests
{
    public static TheoryData<string> Documents =>
        ["README.md", .. Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md").Select(path => "docs/" + Path.GetFileName(path))];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_within_the_project_leads_somewhere(string document)
    {
        var path = Path.Combine(Repository.Root, document);
        foreach (var target in Link().Matches(File.ReadAllText(path)).Select(match => match.Groups["target"].Value))
        {
            if (target.Contains("://", StringComparison.Ordinal)) continue;
            var (file, anchor) = target.Split('#') is [var before, var after] ? (before, after) : (target, "");
            var place = file.Length == 0 ? path : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, file));
            Path.Exists(place).ShouldBeTrue($"{document} links to {target}");
            if (anchor.Length > 0) Anchors(place).ShouldContain(anchor, $"{document} links to {target}");
        }
    }

    /// <summary>A heading's anchor, as code hosts make it: lower case, words joined by hyphens.</summary>
    private static IEnumerable<string> Anchors(string path) =>
        from line in File.ReadLines(path)
        where line.StartsWith('#')
        select NoWord().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"[^\w\s-]")]
    private static partial Regex NoWord();
}
