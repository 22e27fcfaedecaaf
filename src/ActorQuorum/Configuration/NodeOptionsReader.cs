using ActorQuorum.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace ActorQuorum.Configuration;

/// <summary>Reads the settings of a node from a HOCON file, merged over the built-in <c>reference.conf</c>.</summary>
public static class NodeOptionsReader
{
    private const string Form = ReferenceConfiguration.RootKey + " { … }";

    /// <summary>Reads and checks a configuration file.</summary>
    /// <param name="path">The file; it and the directories it names are relative to the current directory, its includes to itself.</param>
    /// <param name="nodeName">Which member to be, whatever the file says; so one file can serve the whole cluster.</param>
    /// <returns>The node's settings.</returns>
    /// <exception cref="ConfigurationException">The file is missing, malformed, or says what cannot be: see the message.</exception>
    public static NodeOptions Load(string path, string? nodeName = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var file = HoconFiles.Read(path);
        return Read(file, StartOf(file, path), nodeName);
    }

    /// <summary>Reads and checks the section <c>actorquorum</c> of a configuration, from whatever source.</summary>
    /// <param name="configuration">The program's configuration, or the section itself.</param>
    /// <returns>The node's settings.</returns>
    /// <exception cref="ConfigurationException">The section is missing, or says what cannot be: see the message.</exception>
    public static NodeOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var layer = ConfigurationLayer.Of(configuration);
        return Read(layer, layer.Origin, nodeName: null);
    }

    private static NodeOptions Read(ObjectNode file, Origin start, string? nodeName)
    {
        var values = Merge(file, nodeName, start);
        KnownKeys.Check(values);

        var root = new ConfigurationSection("", values, ReferenceConfiguration.Values, start);
        var cluster = root.Section("cluster");
        var election = SettingsReader.ReadElection(root.Section("election"));
        var isRaft = election.Protocol == ElectionProtocol.Raft;
        var members = isRaft || MembersReader.HasSome(cluster) ? MembersReader.Read(cluster) : [];
        var name = ReadName(root.Section("node"), isRaft ? members : null, nodeName);
        var storage = SettingsReader.StorageSection(root, start);
        return new NodeOptions
        {
            Name = name,
            DataDirectory = ReadDataDirectory(file, nodeName, start),
            Storage = SettingsReader.ReadStorageKind(storage),
            ClusterName = ReadClusterName(cluster),
            Members = members,
            Election = election,
            Discovery = ConstantElectionReader.ReadDiscovery(root.Section("discovery")),
            Limits = SettingsReader.ReadLimits(root.Section("limits")),
            Log = SettingsReader.ReadLog(storage),
            Snapshot = SettingsReader.ReadSnapshot(root.Section("snapshot"), root.Section("limits")),
            Runtime = SettingsReader.ReadRuntime(root),
            Metrics = SettingsReader.ReadMetrics(root.Section("metrics")),
            Roles = SettingsReader.ReadRoles(root.Section("roles")),
            Logging = LoggingReader.Read(root.Section("logging")),
        };
    }

    /// <summary>The place of the file's <c>actorquorum</c> object: errors about keys that are missing point there.</summary>
    private static Origin StartOf(ObjectNode file, string path)
    {
        if (file.Fields.TryGetValue(ReferenceConfiguration.RootKey, out var assignments)) return assignments[^1].KeyOrigin;
        var nearest = file.Fields.FirstOrDefault(f => Spelling.Nearest(f.Key, [ReferenceConfiguration.RootKey]) is not null);
        throw nearest.Key is null
            ? new Origin(path, 1).Error($"there is no object '{ReferenceConfiguration.RootKey}': write a node's settings as {Form}.")
            : nearest.Value[0].KeyOrigin.Error($"unknown key '{nearest.Key}'; did you mean '{ReferenceConfiguration.RootKey}'?");
    }

    /// <summary>A section beside the node's own, for another library of this process, with the same substitutions; null if there is none.</summary>
    internal static HoconField? ReadForeign(string path, string key, string? nodeName = null)
    {
        var file = HoconFiles.Read(path);
        return Resolve(file, nodeName, StartOf(file, path)).Fields.GetValueOrDefault(key);
    }

    private static HoconObject Merge(ObjectNode file, string? nodeName, Origin start)
    {
        var field = Resolve(file, nodeName, start).Fields[ReferenceConfiguration.RootKey];
        return field.Value as HoconObject
            ?? throw start.Error($"{ReferenceConfiguration.RootKey} must be an object, {Form}, but is {field.Value.Describe()}.");
    }

    private static HoconObject Resolve(ObjectNode file, string? nodeName, Origin start)
    {
        List<ObjectNode> layers = [ReferenceConfiguration.Node, file];
        if (nodeName is not null)
        {
            // The name goes in before substitutions are resolved, so that ${actorquorum.node.name} means it.
            var commandLine = new ObjectNode(start);
            var name = new LiteralNode(new HoconScalar(start, ScalarKind.String, nodeName));
            commandLine.Assign([ReferenceConfiguration.RootKey, "node", "name"], start, name);
            layers.Add(commandLine);
        }

        return HoconReader.Resolve(layers);
    }

    /// <param name="node">The section.</param>
    /// <param name="members">Among whom it must be; null in a constant election, which knows nobody beforehand.</param>
    /// <param name="nodeName">What the command line says.</param>
    private static string ReadName(ConfigurationSection node, IReadOnlyList<MemberOptions>? members, string? nodeName)
    {
        var names = string.Join(", ", members?.Select(m => m.Name) ?? []);
        var name = node.OptionalText("name")
            ?? throw node.Error("name", "is missing: set it, or start with -n NAME" + (members is null ? "." : $"; the members are {names}."));
        if (MembersReader.WhyNoName(name) is { } why) throw node.Error("name", why);
        if (members is null || members.Any(m => m.Name == name)) return name;
        var source = nodeName is null ? "" : " (from the command line)";
        throw node.Error(
            "name", $"is '{name}'{source}, which is not among the members {names}: name one of them, or add it to {KnownKeys.Members}.");
    }

    private static string ReadDataDirectory(ObjectNode file, string? nodeName, Origin start)
    {
        var written = Node(nodeName).Text("data-dir");
        if (nodeName is null) return written;

        // Longer than a name may be, so no member can have it.
        var nobody = new string('-', MembersReader.MaxNameLength + 1);
        return DataDirectory.For(written, Node(nobody).Text("data-dir"), nodeName, Node(null).OptionalText("name"));

        ConfigurationSection Node(string? name) =>
            new ConfigurationSection("", Merge(file, name, start), ReferenceConfiguration.Values, start).Section("node");
    }

    private static string ReadClusterName(ConfigurationSection cluster)
    {
        var name = cluster.Text("id");
        return MembersReader.WhyNoName(name) is { } why ? throw cluster.Error("id", why) : name;
    }
}
