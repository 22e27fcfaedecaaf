extern alias hocon;
using System.Text.Json.Nodes;
using ActorQuorum.Configuration.Hocon;
using ActorQuorum.Tests.Configuration;
using Akka.Configuration;
using AkkaValue = Akka.Configuration.Hocon.HoconValue;
using PackageValue = hocon::Hocon.HoconValue;
using PackageParser = hocon::Hocon.HoconParser;
using PackageType = hocon::Hocon.HoconType;

namespace ActorQuorum.Akka.Tests.Configuration;

/// <summary>Three readers of HOCON. Akka's knows no types, so scalars are compared by their text.</summary>
internal static class HoconReaders
{
    /// <summary>Ours.</summary>
    public static JsonNode? Ours(HoconCase hocon) => Ours(Resolved(hocon));

    /// <summary>Ours, with all that our reader knows of the values.</summary>
    public static HoconObject Resolved(HoconCase hocon)
    {
        var directory = Directory.CreateTempSubdirectory("actorquorum-hocon-");
        try
        {
            foreach (var (name, text) in hocon.Files) File.WriteAllText(Path.Combine(directory.FullName, name), text);
            var main = Path.Combine(directory.FullName, "main.conf");
            File.WriteAllText(main, hocon.Text);
            return HoconReader.ReadFile(main);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    /// <summary>The Hocon package's.</summary>
    public static JsonNode? Package(HoconCase hocon) =>
        Of(PackageParser.Parse(hocon.Text, (_, name) => Task.FromResult(TextOf(hocon, name)!)).Value);

    /// <summary>That within Akka.</summary>
    public static JsonNode? Akka(HoconCase hocon) => Of(new Config(AkkaRoot(hocon, hocon.Text)).Root);

    /// <summary>What the specification says.</summary>
    public static JsonNode? Specified(string json) => Texts(JsonNode.Parse(json));

    /// <summary>A value of ours.</summary>
    public static JsonNode? Ours(HoconValue value) => value switch
    {
        HoconObject o => new JsonObject(o.Fields.Select(f => KeyValuePair.Create(f.Key, Ours(f.Value.Value)))),
        HoconArray a => new JsonArray([.. a.Items.Select(Ours)]),
        HoconScalar s => JsonValue.Create(s.Text),
        _ => throw new ArgumentException($"{value} is no value."),
    };

    private static global::Akka.Configuration.Hocon.HoconRoot AkkaRoot(HoconCase hocon, string text) =>
        global::Akka.Configuration.Hocon.Parser.Parse(text, name => AkkaRoot(hocon, TextOf(hocon, name) ?? ""));

    private static string? TextOf(HoconCase hocon, string name) => hocon.Files.FirstOrDefault(file => file.Name == name).Text;

    private static JsonNode? Of(AkkaValue? value)
    {
        if (value is null || value.IsEmpty) return null;
        if (value.IsObject()) return new JsonObject(value.GetObject().Items.Select(item => KeyValuePair.Create(item.Key, Of(item.Value))));
        return value.IsArray() ? new JsonArray([.. value.GetArray().Select(Of)]) : JsonValue.Create(value.GetString());
    }

    private static JsonNode? Of(PackageValue value) => value.Type switch
    {
        PackageType.Object => new JsonObject(value.GetObject().Select(field => KeyValuePair.Create(field.Key, Of(field.Value.Value)))),
        PackageType.Array => new JsonArray([.. value.GetArray().Select(item => Of(item))]),
        PackageType.Empty => null,
        _ => JsonValue.Create(value.GetString() ?? "null"),
    };

    private static JsonNode? Texts(JsonNode? node) => node switch
    {
        JsonObject o => new JsonObject(o.Select(field => KeyValuePair.Create(field.Key, Texts(field.Value)))),
        JsonArray a => new JsonArray([.. a.Select(Texts)]),
        JsonValue v when v.GetValueKind() == System.Text.Json.JsonValueKind.String => JsonValue.Create(v.GetValue<string>()),
        null => JsonValue.Create("null"),
        _ => JsonValue.Create(node.ToJsonString()),
    };
}
