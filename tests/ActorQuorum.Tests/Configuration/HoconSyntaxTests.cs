using ActorQuorum.Configuration.Hocon;
using static ActorQuorum.Tests.Configuration.Hocons;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconSyntaxTests
{
    [Theory]
    [InlineData("a = {\n b = 1", 1, "never closed: add '}'")]
    [InlineData("a = [\n 1", 1, "never closed: add ']'")]
    [InlineData("a = 1\n}", 2, "expected a key, found '}'")]
    [InlineData("{ a = [1 }", 1, "expected ',', a new line or ']', found '}'")]
    [InlineData("{ a = 1 } b = 2", 1, "'b' follows after the '}'")]
    [InlineData("[1, 2]", 1, "holds an array")]
    [InlineData("\na", 2, "the key 'a' has no value")]
    [InlineData("a = \n\n", 3, "expected a value for 'a', found the end of the file")]
    [InlineData("a = 1 }", 1, "expected ',', a new line or the end of the file, found '}'")]
    [InlineData("a = [1 , , 2]", 1, "expected an element of the array or ']', found ','")]
    [InlineData("a = [1]]", 1, "expected ',', a new line or the end of the file, found ']'")]
    [InlineData(", a = 1", 1, "expected a key, found ','")]
    [InlineData("a = 1,, b = 2", 1, "expected a key, found ','")]
    [InlineData("a..b = 1", 1, "empty element")]
    [InlineData("a. = 1", 1, "empty element")]
    [InlineData("a = 127.0.0.1:7101", 1, "found ':'")]
    [InlineData("a = x@y", 1, "'@' cannot stand here")]
    [InlineData("a = \"x\ny\"", 1, "not closed before the end of the line")]
    [InlineData("\na = \"\"\"x\n\n", 2, "never closed")]
    [InlineData("a = \"\\q\"", 1, "unknown escape")]
    [InlineData("a = \"\\u12g4\"", 1, "four hexadecimal digits")]
    [InlineData("a = \"\t\"", 1, "control character (U+0009)")]
    [InlineData("a = ${b", 1, "is not closed")]
    [InlineData("a = ${}", 1, "expected a path")]
    [InlineData("a = $b", 1, "'$' cannot stand here")]
    [InlineData("a = [1] x", 1, "strings, arrays and objects stand side by side")]
    [InlineData("a = {} []", 1, "strings, arrays and objects stand side by side")]
    [InlineData("a = \"\"\"one\ntwo\"\"\"\nb = ]", 3, "expected a value for 'b'")]
    public void A_malformed_text_is_an_error_that_names_its_line(string text, int line, string problem)
    {
        var error = Fails(text);
        error.Message.ShouldStartWith($"{Name}:{line}: ");
        error.Message.ShouldContain(problem);
        (error.File, error.Line).ShouldBe((Name, line));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("{a=")]
    public void Nesting_is_bounded(string open)
    {
        var error = Fails("\na = " + string.Concat(Enumerable.Repeat(open, 200_000)));
        error.Message.ShouldStartWith($"{Name}:2: objects and arrays are nested in one another deeper than 64 levels");
    }

    [Fact]
    public void A_path_counts_as_nesting() =>
        Fails(string.Join('.', Enumerable.Repeat("a", 100_000)) + " = 1").Message.ShouldContain("nested in one another deeper than 64 levels");

    [Fact]
    public void As_deep_as_allowed_is_read()
    {
        HoconValue value = HoconReader.ReadText("a = " + new string('[', 64) + new string(']', 64), Name).Fields["a"].Value;
        var depth = 0;
        for (; value is HoconArray array; depth++) value = array.Items.Count == 0 ? new HoconScalar(default, default, "") : array.Items[0];
        depth.ShouldBe(64);
    }
}
