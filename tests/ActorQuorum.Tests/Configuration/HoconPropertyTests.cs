using System.Text.Json;
using System.Text.Json.Nodes;
using ActorQuorum.Configuration;
using ActorQuorum.Configuration.Hocon;
using FsCheck;
using FsCheck.Fluent;

namespace ActorQuorum.Tests.Configuration;

public sealed class HoconPropertyTests
{
    private static readonly JsonSerializerOptions[] Styles = [new(), new() { WriteIndented = true }];

    /// <summary>What HOCON is made of: random texts of it get past the lexer far more often than random bytes.</summary>
    private static readonly string[] Snippets =
    [
        "{", "}", "[", "]", ",", "\n", ":", "=", "+=", "a", "b", "a.b", ".", " ", "1", "-1.5e3", "true", "null", "\"x\"", "\"\"\"", "\"", "\\", "\\u00",
        "${a}", "${?b}", "${a.b}", "${", "include ", "include \"x\"", "required(", "file(", ")", "#", "//", "$", "+", "\u00e9", "\r", "\t", "\0", "\ud800",
    ];

    [Fact]
    public void What_is_written_as_JSON_is_read_back_the_same() => Prop.ForAll(Objects(4).ToArbitrary(), written =>
    {
        foreach (var style in Styles)
        {
            var json = written.ToJsonString(style);
            var read = Hocons.ToJson(HoconReader.ReadText(json, "x.json"));
            if (!JsonNode.DeepEquals(written, read)) throw new InvalidOperationException($"{json}\nwas read as\n{read?.ToJsonString()}");
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Without_root_braces_and_with_bare_keys_it_is_the_same_too() => Prop.ForAll(Objects(3).ToArbitrary(), written =>
    {
        var hocon = string.Join('\n', written.Select(f => $"{Quoted(f.Key)} = {f.Value?.ToJsonString() ?? "null"}"));
        return JsonNode.DeepEquals(written, Hocons.ToJson(HoconReader.ReadText(hocon, "x.conf")));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Random_bytes_are_read_or_refused_with_the_place()
    {
        using var files = new ConfigurationFiles();
        var bytes = Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf();
        Prop.ForAll(bytes.ToArbitrary(), b =>
        {
            var path = files.Write("x.conf", b);
            return IsReadOrRefused(path, () => HoconReader.ReadFile(path));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Random_pieces_of_HOCON_are_read_or_refused_with_the_place()
    {
        var texts = Gen.Elements(Snippets).ArrayOf().Select(string.Concat);
        var config = Config.QuickThrowOnFailure.WithMaxTest(2000);
        Prop.ForAll(texts.ToArbitrary(), t => IsReadOrRefused("x.conf", () => HoconReader.ReadText(t, "x.conf"))).Check(config);
    }

    [Fact]
    public void A_file_cut_anywhere_is_read_or_refused_with_the_place()
    {
        var text = ReferenceConfiguration.Text;
        for (var length = 0; length < text.Length; length++)
            IsReadOrRefused("x.conf", () => HoconReader.ReadText(text[..length], "x.conf")).ShouldBeTrue($"cut at {length}");
    }

    private static bool IsReadOrRefused(string path, Action read)
    {
        try
        {
            read();
            return true;
        }
        catch (ConfigurationException e)
        {
            return e.File == path && e.Line >= 1 && e.Message.StartsWith($"{path}:{e.Line}: ", StringComparison.Ordinal);
        }
    }

    private static string Quoted(string key) => key.Length > 0 && key.All(char.IsAsciiLetter) && key != "include" ? key : JsonSerializer.Serialize(key);

    private static Gen<JsonObject> Objects(int depth) =>
        from keys in Keys.ListOf()
        let distinct = keys.Distinct().Take(6).ToList()
        from values in Values(depth - 1).ListOf(distinct.Count)
        select new JsonObject(distinct.Zip(values, KeyValuePair.Create));

    private static Gen<string> Keys => Gen.OneOf(Gen.Elements("a", "b", "a.b", "include", "", "x y", "\u00fc"), Strings);

    private static Gen<string> Strings => Gen.Elements("\"\\\n\t\u0001 ${a}#//:={}[],+.null true 12e5\u00e9\u2028\U0001F600".EnumerateRunes().Select(r => r.ToString()).ToArray())
        .ArrayOf().Select(string.Concat);

    private static Gen<JsonNode?> Values(int depth)
    {
        Gen<JsonNode?> simple = Gen.OneOf(
            Gen.Constant<JsonNode?>(null),
            Gen.Elements(true, false).Select(b => (JsonNode?)JsonValue.Create(b)),
            Gen.Choose(int.MinValue, int.MaxValue).Select(n => JsonNode.Parse(n.ToString(System.Globalization.CultureInfo.InvariantCulture))),
            Gen.Elements("0.5", "-1e10", "1E-7", "123456789012345678901234567890").Select(n => JsonNode.Parse(n)),
            Strings.Select(s => (JsonNode?)JsonValue.Create(s)));
        if (depth <= 0) return simple;
        var arrays = Gen.Choose(0, 4).SelectMany(n => Values(depth - 1).ListOf(n)).Select(items => (JsonNode?)new JsonArray([.. items]));
        return Gen.OneOf(simple, simple, arrays, Objects(depth).Select(o => (JsonNode?)o));
    }
}
