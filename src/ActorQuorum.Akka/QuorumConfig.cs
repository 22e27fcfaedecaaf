using ActorQuorum.Akka.Configuration;
using ActorQuorum.Configuration;
using Akka.Configuration;

namespace ActorQuorum.Akka;

/// <summary>The settings of a node and of the actor system that it runs in, from one HOCON file.</summary>
public sealed class QuorumConfig
{
    private QuorumConfig(NodeOptions options, Config system)
    {
        Options = options;
        System = system;
    }

    /// <summary>The node's settings: the file's <c>actorquorum { }</c>.</summary>
    public NodeOptions Options { get; }

    /// <summary>
    /// The actor system's settings, to give to <c>ActorSystem.Create</c>: the file's <c>akka { }</c>, over what the quorum needs, over
    /// Akka's defaults.
    /// </summary>
    public Config System { get; }

    /// <summary>Adds processors; null for none. Peers go over Akka.Remote, whatever transport it names.</summary>
    public Action<QuorumBuilder>? Configure { get; set; }

    /// <summary>Reads both from a file.</summary>
    /// <param name="path">The file; it and the directories it names are relative to the current directory, its includes to itself.</param>
    /// <param name="nodeName">Which member to be, whatever the file says; so one file can serve the whole cluster.</param>
    /// <returns>The settings.</returns>
    /// <exception cref="ActorQuorum.Configuration.ConfigurationException">The file is missing, malformed, or says what cannot be.</exception>
    public static QuorumConfig Load(string path, string? nodeName = null) => Load(path, nodeName, NodeOptionsReader.Load(path, nodeName));

    /// <summary>Reads the system's settings from a file whose node settings were read before, and changed by the command line.</summary>
    internal static QuorumConfig Load(string path, string? nodeName, NodeOptions options) =>
        new(options, AkkaSection.Read(path, nodeName).WithFallback(QuorumSettings.Of(options)).WithFallback(QuorumSettings.Defaults));

    /// <summary>For settings that were not read from a file.</summary>
    /// <param name="options">The node's settings.</param>
    /// <param name="system">Settings of the actor system, over what the quorum needs; null for none.</param>
    /// <returns>The settings.</returns>
    public static QuorumConfig Of(NodeOptions options, Config? system = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(options, (system ?? Config.Empty).WithFallback(QuorumSettings.Of(options)).WithFallback(QuorumSettings.Defaults));
    }
}
