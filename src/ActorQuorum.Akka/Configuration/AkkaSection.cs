using ActorQuorum.Configuration;
using ActorQuorum.Configuration.Hocon;
using Akka.Configuration;
using AkkaObject = Akka.Configuration.Hocon.HoconObject;

namespace ActorQuorum.Akka.Configuration;

/// <summary>
/// The <c>akka { }</c> section of a node's file. Our reader reads the file, includes and substitutions with it, and Akka's parser gets a
/// text in which nothing is left to resolve. Akka takes any key and tells nobody; so what looks like a slip is refused here.
/// </summary>
internal static class AkkaSection
{
    private const string Key = "akka";

    private static readonly Config Reference = QuorumSettings.Defaults
        .WithFallback(ConfigurationFactory.FromResource<global::Akka.Remote.RemoteActorRefProvider>("Akka.Remote.Configuration.Remote.conf"))
        .WithFallback(ConfigurationFactory.Default());

    /// <summary>Reads the section of a file; empty if there is none.</summary>
    /// <exception cref="ActorQuorum.Configuration.ConfigurationException">The file is malformed, or the section says what cannot be.</exception>
    public static Config Read(string path, string? nodeName)
    {
        if (NodeOptionsReader.ReadForeign(path, Key, nodeName) is not { } field) return Config.Empty;
        if (field.Value is not HoconObject section)
            throw field.KeyOrigin.Error($"{Key} must be an object, {Key} {{ … }}, but is {field.Value.Describe()}.");
        Check(Key, section);
        return ConfigurationFactory.ParseString($"{Key} {HoconText.Of(section)}");
    }

    /// <summary>Keys that Akka does not know may be those of another library in the system; only a near miss of a known one is refused.</summary>
    private static void Check(string path, HoconObject given)
    {
        // Keys of users' own making, such as actor paths and type names.
        if (!Reference.HasPath(path) || !Reference.GetValue(path).IsObject()) return;
        var known = KeysAt(path);
        foreach (var (key, field) in given.Fields)
        {
            var full = $"{path}.{key}";
            if (key.Contains('.', StringComparison.Ordinal) || key.Contains(',', StringComparison.Ordinal)) continue;
            if (!known.Contains(key))
            {
                // A slip rarely takes the first letter; without that, short keys of other libraries would be near to something.
                var alike = known.Where(k => char.ToLowerInvariant(k[0]) == char.ToLowerInvariant(key.FirstOrDefault()));
                if (Spelling.Nearest(full, alike.Select(k => $"{path}.{k}")) is { } nearest)
                    throw field.KeyOrigin.Error($"unknown key '{full}'; did you mean '{nearest}'?");
                continue;
            }

            var isObject = Reference.GetValue(full).IsObject();
            if (field.Value is HoconObject inner) CheckObject(full, field, inner, isObject);
            else if (isObject) throw field.KeyOrigin.Error($"{full} must be an object, {key} {{ … }}, but is {field.Value.Describe()}.");
        }
    }

    private static void CheckObject(string path, HoconField field, HoconObject inner, bool isObject)
    {
        if (!isObject) throw field.KeyOrigin.Error($"{path} must be a value, but is an object.");
        Check(path, inner);
    }

    private static HashSet<string> KeysAt(string path)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var config = Reference; config is not null; config = config.Fallback)
        {
            if (config.Root.GetObject() is not { } at) continue;
            AkkaObject? found = at;
            foreach (var step in path.Split('.'))
                found = found is not null && found.Items.TryGetValue(step, out var value) && value.IsObject() ? value.GetObject() : null;
            if (found is not null) keys.UnionWith(found.Items.Keys);
        }

        return keys;
    }
}
