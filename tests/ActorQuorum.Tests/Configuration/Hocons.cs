using System.Text;
using System.Text.Json.Nodes;
using ActorQuorum.Configuration;
using ActorQuorum.Configuration.Hocon;

namespace ActorQuorum.Tests.Configuration;

/// <summary>Reads HOCON in tests and compares it as JSON.</summary>
internal static class Hocons
{
    public const string Name = "test.conf";

    public static JsonNode Read(string text, params (string Name, string Value)[] environment) =>
        ToJson(HoconReader.Resolve([HoconFiles.ReadText(text, Name)], name => environment.FirstOrDefault(e => e.Name == name).Value))!;

    public static ConfigurationException Fails(string text) => Should.Throw<ConfigurationException>(() => Read(text));

    public static void ShouldRead(string hocon, string json) => ShouldBe(Read(hocon), json);

    public static void ShouldBe(JsonNode? actual, string json)
    {
        var expected = JsonNode.Parse(json);
        JsonNode.DeepEquals(actual, expected).ShouldBeTrue($"expected {expected?.ToJsonString()}\nbut was  {actual?.ToJsonString()}");
    }

    public static JsonNode? ToJson(HoconValue value) => value switch
    {
        HoconObject o => new JsonObject(o.Fields.Select(f => KeyValuePair.Create(f.Key, ToJson(f.Value.Value)))),
        HoconArray a => new JsonArray([.. a.Items.Select(ToJson)]),
        HoconScalar { Kind: ScalarKind.String } s => JsonValue.Create(s.Text),
        HoconScalar s => JsonNode.Parse(s.Text),
        _ => throw new ArgumentException($"{value} is no value."),
    };
}

/// <summary>A directory with files, gone at the end of the test.</summary>
internal sealed class ConfigurationFiles : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("actorquorum-conf-");

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public string Write(string name, string text) => Write(name, Encoding.UTF8.GetBytes(text));

    public string Write(string name, byte[] bytes)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
