using System.Text;
using System.Text.Json;
using ActorQuorum.Server.Json;

namespace ActorQuorum.Server.Tests.Json;

/// <summary>The texts are those of etcd 3.4.23, as it gave them.</summary>
[Trait("Row", "RN-8")]
public sealed class JsonSyntaxTests
{
    [Theory]
    [InlineData("""{"key""", "unexpected EOF")]
    [InlineData("""{"key":""", "unexpected EOF")]
    [InlineData("""{"key":"Zm9v",""", "unexpected EOF")]
    [InlineData("""{"key":nul""", "unexpected EOF")]
    [InlineData("-", "unexpected EOF")]
    [InlineData("\"", "unexpected EOF")]
    [InlineData("\"\\", "unexpected EOF")]
    [InlineData("\"\\u12", "unexpected EOF")]
    [InlineData("""{"key":"Zm9v",}""", "invalid character '}' looking for beginning of object key string")]
    [InlineData("{key:1}", "invalid character 'k' looking for beginning of object key string")]
    [InlineData("{'key':1}", @"invalid character '\'' looking for beginning of object key string")]
    [InlineData("""{"key" 1}""", "invalid character '1' after object key")]
    [InlineData("""{"key":tru}""", "invalid character '}' in literal true (expecting 'e')")]
    [InlineData("""{"key":01}""", "invalid character '1' after object key:value pair")]
    [InlineData("""{"key":-}""", "invalid character '}' in numeric literal")]
    [InlineData("""{"key":1.}""", "invalid character '}' after decimal point in numeric literal")]
    [InlineData("""{"key":1e}""", "invalid character '}' in exponent of numeric literal")]
    [InlineData("""{"key":"\x"}""", "invalid character 'x' in string escape code")]
    [InlineData("""{"key":"\u12"}""", "invalid character '\"' in \\u hexadecimal character escape")]
    [InlineData("[1,]", "invalid character ']' looking for beginning of value")]
    [InlineData("[1 2]", "invalid character '2' after array element")]
    [InlineData("[}", "invalid character '}' looking for beginning of value")]
    [InlineData("}", "invalid character '}' looking for beginning of value")]
    [InlineData("""{"a":1 "b"}""", "invalid character '\"' after object key:value pair")]
    [InlineData("\"a\u0001\"", @"invalid character '\x01' in string literal")]
    [InlineData("\"a\nb\"", @"invalid character '\n' in string literal")]
    [InlineData("\u00EF", "invalid character 'Ã' looking for beginning of value")]
    [InlineData("\\", @"invalid character '\\' looking for beginning of value")]
    public void What_is_wrong_is_told_in_etcds_words(string text, string expected) =>
        Should.Throw<BadJsonException>(() => First(text)).Message.ShouldBe(expected);

    [Theory]
    [InlineData("", "")]
    [InlineData(" \t\r\n", "")]
    [InlineData("""{"a":1} trailing""", """{"a":1}""")]
    [InlineData("""{"a":1}{"a":2}""", """{"a":1}""")]
    [InlineData(" [1, {\"b\": [null]} ]]", "[1, {\"b\": [null]} ]")]
    [InlineData("5x", "5")]
    [InlineData("-0.5e+7", "-0.5e+7")]
    [InlineData("\"\\u00e4\\\"\" ", "\"\\u00e4\\\"\"")]
    [InlineData("true", "true")]
    [InlineData("{}", "{}")]
    [InlineData("[]", "[]")]
    public void The_first_value_is_found_and_what_follows_is_left(string text, string expected) => First(text).ShouldBe(expected);

    [Theory]
    [InlineData("", "unexpected end of JSON input")]
    [InlineData("5x", "invalid character 'x' after top-level value")]
    [InlineData("5 6", "invalid character '6' after top-level value")]
    [InlineData("-", "unexpected end of JSON input")]
    public void A_text_that_has_to_be_one_value_is(string text, string expected) =>
        Should.Throw<BadJsonException>(() => JsonSyntax.OnlyValue(Encoding.UTF8.GetBytes(text)).ToArray()).Message.ShouldBe(expected);

    [Fact]
    public void Depth_is_bounded_and_takes_no_stack()
    {
        First(new string('[', 10_000) + new string(']', 10_000)).Length.ShouldBe(20_000);
        Should.Throw<BadJsonException>(() => First(new string('[', 1_000_000))).Message.ShouldBe("invalid character '[' exceeded max depth");
    }

    /// <summary>.NET's own reader is the oracle: it takes the same texts, but judges UTF-8 and surrogates too.</summary>
    [Fact]
    public void It_agrees_with_another_reader_on_what_is_json()
    {
        const string Alphabet = "{}[]\",:\\ue1-.0truefalsn \n";
        var random = new Random(5);
        var (good, bad) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string([.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            var expected = IsJson(text);
            IsOnlyValue(text).ShouldBe(expected, text);
            _ = expected ? good++ : bad++;
        }

        good.ShouldBeGreaterThan(100);
        bad.ShouldBeGreaterThan(300);
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonDocument.Parse(text).Dispose();
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool IsOnlyValue(string text)
    {
        try
        {
            _ = JsonSyntax.OnlyValue(Encoding.UTF8.GetBytes(text));
            return true;
        }
        catch (BadJsonException)
        {
            return false;
        }
    }

    private static string First(string text) => Encoding.UTF8.GetString(JsonSyntax.FirstValue(Encoding.UTF8.GetBytes(text)));
}
