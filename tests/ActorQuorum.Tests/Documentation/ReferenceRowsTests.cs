using System.Text.RegularExpressions;

namespace ActorQuorum.Tests.Documentation;

/// <summary>The table of the reference systems' rows is complete, and what it names is there.</summary>
public sealed partial class ReferenceRowsTests
{
    private static readonly string s_page = Path.Combine(Repository.Root, "docs", "reference-rows.md");

    public static TheoryData<string, int> Systems => new() { { "QC", 14 }, { "CO", 9 }, { "RN", 10 }, { "RP", 9 } };

    [Theory]
    [MemberData(nameof(Systems))]
    public void Each_row_stands_once_and_is_shown_or_open(string system, int rows)
    {
        var found = Rows().Where(row => row.Name.StartsWith(system + "-", StringComparison.Ordinal)).ToArray();

        found.Select(row => row.Name).ShouldBe(Enumerable.Range(1, rows).Select(number => $"{system}-{number}"));
        foreach (var (name, shownBy) in found)
            (shownBy.Contains("**open**", StringComparison.Ordinal) || TestClass().IsMatch(shownBy)).ShouldBeTrue($"{name} names no test and is not open");
    }

    [Fact]
    public void Each_test_class_that_the_table_names_is_there()
    {
        var classes = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension).ToHashSet();

        foreach (var (name, shownBy) in Rows())
            foreach (Match named in TestClass().Matches(shownBy))
                classes.ShouldContain(named.Groups["name"].Value, name);
    }

    [Fact]
    public void Each_row_that_a_test_claims_to_show_is_not_open()
    {
        var open = Rows().Where(row => row.ShownBy == "**open**").Select(row => row.Name).ToHashSet();
        var claimed = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(File.ReadLines).SelectMany(line => Claim().Matches(line).Select(match => match.Groups["row"].Value)).ToHashSet();

        open.Intersect(claimed).ShouldBeEmpty();
    }

    private static IEnumerable<(string Name, string ShownBy)> Rows() =>
        from line in File.ReadLines(s_page)
        let row = Row().Match(line)
        where row.Success
        select (row.Groups["name"].Value, row.Groups["shown"].Value);

    [GeneratedRegex(@"^\| (?<name>[A-Z]{2}-\d+) \| .+ \| (?<shown>.+) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`(?<name>\\w+Tests)`")]
    private static partial Regex TestClass();

    [GeneratedRegex("Trait\\(\"Row\", \"(?<row>[A-Z]{2}-\\d+)\"\\)")]
    private static partial Regex Claim();
}
