using System.Text.Json.Nodes;
using ActorQuorum.Configuration;
using ActorQuorum.Configuration.Hocon;
using static ActorQuorum.Tests.Configuration.Hocons;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconIncludeTests : IDisposable
{
    private readonly ConfigurationFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("include \"x.conf\"")]
    [InlineData("include file(\"x.conf\")")]
    [InlineData("include required(\"x.conf\")")]
    [InlineData("include required(file(\"x.conf\"))")]
    [InlineData("include  required( file( \"x.conf\" ) ) # the lot")]
    [InlineData("include\n  \"x.conf\"")]
    [InlineData("include \"x\"")]
    public void An_include_has_several_forms(string include)
    {
        _files.Write("x.conf", "a = 1");
        ShouldBe(ReadMain(include + "\nb = 2"), """{"a":1,"b":2}""");
    }

    [Fact]
    public void A_name_without_extension_takes_conf_over_json()
    {
        _files.Write("x.json", """{"a": 1, "b": 1}""");
        _files.Write("x.conf", "b = 2");
        ShouldBe(ReadMain("include \"x\""), """{"a":1,"b":2}""");
    }

    [Fact]
    public void An_include_is_relative_to_its_own_file()
    {
        _files.Write("sub/one.conf", "include \"two.conf\"\ninclude \"../three.conf\"");
        _files.Write("sub/two.conf", "b = 2");
        _files.Write("three.conf", "c = 3");
        ShouldBe(ReadMain("include \"sub/one.conf\""), """{"b":2,"c":3}""");
    }

    [Fact]
    public void A_missing_include_is_nothing() => ShouldBe(ReadMain("include \"no.conf\"\ninclude file(\"no.conf\")\na = 1"), """{"a":1}""");

    [Theory]
    [InlineData("required(\"no.conf\")")]
    [InlineData("required(file(\"no.conf\"))")]
    public void A_missing_required_include_is_an_error(string include) =>
        FailsMain($"a = 1\ninclude {include}").Message.ShouldStartWith($"{_files.PathOf("main.conf")}:2: the required include 'no.conf' does not exist");

    [Fact]
    public void An_error_in_an_included_file_names_that_file()
    {
        var path = _files.Write("sub/x.conf", "a = 1\nb = ]");
        FailsMain("include \"sub/x.conf\"").Message.ShouldStartWith($"{path}:2: ");
    }

    [Theory]
    [InlineData("include = 1", "include needs a quoted file name, found '='")]
    [InlineData("include x.conf", "include needs a quoted file name")]
    [InlineData("include ${x}", "include needs a quoted file name")]
    [InlineData("include \"\"", "include needs the name of a file")]
    [InlineData("include \"a\\u0000b\"", "include needs the name of a file")]
    [InlineData("include url(\"http://x\")", "only files can be included")]
    [InlineData("include classpath(\"x\")", "only files can be included")]
    [InlineData("include file(\"x\"", "unknown form of include")]
    [InlineData("include \"x\" \"y\"", "unknown form of include")]
    [InlineData("a = [{ include \"x\" }]", "an include within an array is not supported")]
    public void A_malformed_include_is_an_error(string text, string problem) => FailsMain(text).Message.ShouldStartWith($"{_files.PathOf("main.conf")}:1: {problem}");

    [Fact]
    public void Files_that_include_each_other_are_an_error()
    {
        _files.Write("x.conf", "\ninclude \"main.conf\"");
        FailsMain("include \"x.conf\"").Message.ShouldStartWith($"{_files.PathOf("x.conf")}:2: include cycle");
    }

    [Fact]
    public void Includes_are_bounded_in_depth()
    {
        for (var i = 0; i < 20; i++) _files.Write($"x{i}.conf", $"include \"x{i + 1}.conf\"");
        FailsMain("include \"x0.conf\"").Message.ShouldContain("more than 16 files are included in one another");
    }

    [Fact]
    public void Includes_are_bounded_in_number()
    {
        for (var i = 0; i < 10; i++) _files.Write($"x{i}.conf", string.Concat(Enumerable.Repeat($"include \"x{i + 1}.conf\"\n", 10)));
        FailsMain("include \"x0.conf\"").Message.ShouldContain("more than 256 files are included in all");
    }

    [Fact]
    public void Nesting_counts_through_includes()
    {
        for (var i = 0; i < 15; i++) _files.Write($"x{i}.conf", $"a.a.a.a.a {{ include \"x{i + 1}.conf\" }}");
        FailsMain("include \"x0.conf\"").Message.ShouldContain("nested in one another deeper than 64 levels");
    }

    [Fact]
    public void A_file_is_bounded_in_size()
    {
        ShouldBe(ReadMain("a = 1" + new string(' ', (1 << 20) - 5)), """{"a":1}""");
        FailsMain("a = 1" + new string(' ', 1 << 20)).Message.ShouldStartWith($"{_files.PathOf("main.conf")}:1: the file is larger than 1048576 bytes");
    }

    [Fact]
    public void A_file_that_is_no_UTF8_is_an_error_at_its_line()
    {
        var path = _files.Write("x.conf", [.. "a = 1\nb = \""u8, 0xC3, 0x28, .. "\"\n"u8]);
        Should.Throw<ConfigurationException>(() => HoconReader.ReadFile(path)).Message.ShouldStartWith($"{path}:2: byte 11 of the file is no UTF-8");
    }

    private JsonNode? ReadMain(string text) => ToJson(HoconReader.ReadFile(_files.Write("main.conf", text)));

    private ConfigurationException FailsMain(string text) => Should.Throw<ConfigurationException>(() => ReadMain(text));
}
