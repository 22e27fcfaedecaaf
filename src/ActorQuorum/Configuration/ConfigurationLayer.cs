using ActorQuorum.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace ActorQuorum.Configuration;

/// <summary>The section <c>actorquorum</c> of any IConfiguration as a layer over reference.conf, so that it is read and checked as a file is.</summary>
internal static class ConfigurationLayer
{
    /// <summary>Reads the section.</summary>
    /// <exception cref="ConfigurationException">There is none.</exception>
    public static ObjectNode Of(IConfiguration configuration)
    {
        var section = SectionOf(configuration);
        var origin = new Origin($"configuration {section.Path}", 0);
        if (!section.Exists())
            throw new Origin("configuration", 0).Error($"there is no section '{ReferenceConfiguration.RootKey}': write a node's settings there, as in a file.");
        var root = new ObjectNode(origin);
        root.Assign([ReferenceConfiguration.RootKey], origin, NodeOf(section, ReferenceConfiguration.Values));
        return root;
    }

    private static IConfigurationSection SectionOf(IConfiguration configuration) =>
        configuration is IConfigurationSection section && section.Key.Equals(ReferenceConfiguration.RootKey, StringComparison.OrdinalIgnoreCase)
            ? section
            : configuration.GetSection(ReferenceConfiguration.RootKey);

    private static HoconNode NodeOf(IConfigurationSection section, HoconObject? reference)
    {
        var origin = new Origin($"configuration {section.Path}", 0);
        var children = section.GetChildren().ToArray();
        if (children.Length == 0)
        {
            return new LiteralNode(section.Value is { } value
                ? new HoconScalar(origin, ScalarKind.String, value)
                : new HoconScalar(origin, ScalarKind.Null, "null"));
        }

        var node = new ObjectNode(origin);
        foreach (var child in children)
        {
            var key = KnownKey(child.Key, reference);
            var inner = reference?.Fields.GetValueOrDefault(key)?.Value as HoconObject;

            // An empty object comes as a key without a value: it changes nothing.
            if (inner is not null && string.IsNullOrEmpty(child.Value) && !child.GetChildren().Any()) continue;
            node.Assign([key], new Origin($"configuration {child.Path}", 0), NodeOf(child, inner));
        }

        return node;
    }

    /// <summary>Letter case does not count in a configuration (the environment is written in capitals); it does in ours.</summary>
    private static string KnownKey(string key, HoconObject? reference) =>
        reference?.Fields.Keys.FirstOrDefault(known => known.Equals(key, StringComparison.OrdinalIgnoreCase)) ?? key;
}
