using ActorQuorum.Configuration.Hocon;
using static ActorQuorum.Tests.Configuration.Hocons;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconSyntaxTests
{
    [Fact]
    public void JSON_is_HOCON() => ShouldRead(
        """{"a": 1, "b": [true, false, null], "c": {"d": "x\ty\u00e9"}, "e": -1.5e+3}""",
        """{"a": 1, "b": [true, false, null], "c": {"d": "x\tyé"}, "e": -1.5e+3}""");

    [Fact]
    public void Root_braces_may_be_left_out() => ShouldRead("a : 1\nb : 2", """{"a": 1, "b": 2}""");

    [Fact]
    public void An_empty_file_is_an_empty_object() => ShouldRead("  \n # nothing\n", "{}");

    [Fact]
    public void A_byte_order_mark_is_whitespace() => ShouldRead("\uFEFFa = 1", """{"a": 1}""");

    [Fact]
    public void Lines_may_end_in_carriage_return_and_newline() => ShouldRead("a = x\r\nb {\r\n c = y z \r\n}\r\n", """{"a":"x","b":{"c":"y z"}}""");

    [Fact]
    public void Comments_begin_with_a_hash_or_two_slashes() => ShouldRead(
        """
        # first
        a = 1 # after a value
        b = 2 // after a value
        c = "# no // comment"
        d = [ # in an array
          1 // again
        ]
        """,
        """{"a": 1, "b": 2, "c": "# no // comment", "d": [1]}""");

    [Fact]
    public void A_separator_is_an_equals_sign_or_a_colon_or_none_before_a_brace() =>
        ShouldRead("a = 1, b : 2, c { d = 3 }, e\n{ f = 4 }\ng\n:\n5", """{"a":1,"b":2,"c":{"d":3},"e":{"f":4},"g":5}""");

    [Fact]
    public void Fields_and_elements_are_parted_by_commas_or_new_lines() =>
        ShouldRead("a = [1\n2,\n3\n,4,]\nb = 5,\nc = 6,", """{"a":[1,2,3,4],"b":5,"c":6}""");

    [Fact]
    public void Text_without_quotes_is_a_string() =>
        ShouldRead("a = some-text_(here).x/y 10s\nb = 1.2.3\nc = -\nd = truefoo", """{"a":"some-text_(here).x/y 10s","b":"1.2.3","c":"-","d":"truefoo"}""");

    [Fact]
    public void Values_side_by_side_are_one_string_and_keep_the_space_between() =>
        ShouldRead("a =  null  bar 42 \"baz\" true 3.140  \nb = x\"y\"z", """{"a":"null  bar 42 baz true 3.140","b":"xyz"}""");

    [Fact]
    public void Numbers_keep_the_digits_they_are_written_with() => ShouldRead("a = 1.50 x\nb = 1e+5\"\"\nc = 010 y", """{"a":"1.50 x","b":"1e+5","c":"010 y"}""");

    [Fact]
    public void Arrays_side_by_side_are_one_array() => ShouldRead("a = [1] [2, 3]\t[4]", """{"a":[1,2,3,4]}""");

    [Fact]
    public void Objects_side_by_side_are_merged() => ShouldRead("a = { b = 1, c = 2 } { c = 3 }", """{"a":{"b":1,"c":3}}""");

    [Fact]
    public void Triple_quotes_hold_several_lines_without_escapes() =>
        ShouldRead("a = \"\"\"x\\n\ny\"\"\"\nb = \"\"\"\"q\"\"\"\"", "{\"a\":\"x\\\\n\\ny\",\"b\":\"\\\"q\\\"\"}");

    [Fact]
    public void Dots_in_a_key_make_objects_and_quotes_keep_them() =>
        ShouldRead("a.b.c = 1\na.\"b.c\".\"\" = 2\n3.14 = pi\nfoo\"1.0\" = 3", """{"a":{"b":{"c":1},"b.c":{"":2}},"3":{"14":"pi"},"foo1.0":3}""");

    [Fact]
    public void A_key_may_hold_whitespace() => ShouldRead("  a b  c . d  : 1\n foo include = 2", """{"a b  c ":{" d":1},"foo include":2}""");

    [Fact]
    public void The_last_of_two_equal_keys_counts() => ShouldRead("a = 1\na = 2", """{"a":2}""");

    [Fact]
    public void Objects_of_one_key_are_merged() => ShouldRead("a { b = 1, c { d = 2 } }\na.c.e = 3\na { b = 4 }", """{"a":{"b":4,"c":{"d":2,"e":3}}}""");

    [Fact]
    public void A_value_between_two_objects_keeps_them_apart() => ShouldRead("a { b = 1 }\na = null\na { c = 2 }", """{"a":{"c":2}}""");

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
