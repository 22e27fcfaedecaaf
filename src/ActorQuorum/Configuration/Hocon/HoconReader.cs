namespace ActorQuorum.Configuration.Hocon;

/// <summary>Reads HOCON: text in, resolved values out.</summary>
internal static class HoconReader
{
    public static HoconObject ReadFile(string path) => Resolve([HoconFiles.Read(path)]);

    public static HoconObject ReadText(string text, string name) => Resolve([HoconFiles.ReadText(text, name)]);

    /// <summary>Merges what was read, the least important first, and resolves all substitutions.</summary>
    public static HoconObject Resolve(IReadOnlyList<ObjectNode> layers, Func<string, string?>? environment = null) =>
        new HoconResolver(layers, environment ?? Environment.GetEnvironmentVariable).Resolve();
}
