using ActorQuorum.Configuration;
using ActorQuorum.Hosting;
using ActorQuorum.Metrics;
using ActorQuorum.Roles;
using ActorQuorum.Storage;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Lives;

/// <summary>What a node has in each of its lives.</summary>
/// <param name="Options">Its settings.</param>
/// <param name="Loggers">Where it logs.</param>
/// <param name="Hosting">What carries it.</param>
/// <param name="Builder">Its processors.</param>
/// <param name="Roles">What runs where leadership comes and goes.</param>
internal sealed record NodeEquipment(NodeOptions Options, ILoggerFactory Loggers, NodeHosting Hosting, QuorumBuilder Builder, RoleScripts Roles)
{
    /// <summary>Where it logs of itself.</summary>
    public ILogger Logger { get; } = Loggers.CreateLogger("ActorQuorum.Node");

    /// <summary>What it counts.</summary>
    public NodeTally Tally { get; } = new();

    /// <summary>Where its data directory is.</summary>
    public IFileSystem Files { get; } = new LocalFileSystem();

    /// <summary>Its clock.</summary>
    public TimeProvider Time { get; } = TimeProvider.System;
}
