using ActorQuorum.Core.Voting;
using ActorQuorum.Roles;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using ActorQuorum.Transport.Discovery;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>All that the four actors of a node of the constant election are made of, whatever hosts them.</summary>
internal sealed record VotingSetup
{
    /// <summary>The cluster's number.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>What the core is configured with; this node among it.</summary>
    public required VotingOptions Options { get; init; }

    /// <summary>Where the epoch is kept, and what it was at the start.</summary>
    public required IEpochStore Epochs { get; init; }

    /// <summary>The way to the other members.</summary>
    public required IPeerTransport Transport { get; init; }

    /// <summary>How the others are found; null if they are not looked for.</summary>
    public NodeDiscovery? Discovery { get; init; }

    /// <summary>The first pause between two announcements.</summary>
    public TimeSpan FirstAnnouncement { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest.</summary>
    public TimeSpan LastAnnouncement { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The most messages of one turn.</summary>
    public int TurnMessages { get; init; } = 1024;

    /// <summary>What runs where mastership comes and goes; null for nothing.</summary>
    public RoleScripts? Roles { get; init; }

    /// <summary>Where it logs of roles, members and votes.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Called once on the NodeActor's turn when the core is to stop: it says nothing after that.</summary>
    public required Action<VotingStop> Stopped { get; init; }
}

/// <summary>What a NodeActor of the constant election has besides.</summary>
/// <param name="View">What the node knows of itself.</param>
/// <param name="Log">What it tells of that.</param>
/// <param name="Discovery">How others are found, or null.</param>
/// <param name="Rhythm">When it announces itself.</param>
/// <param name="Stopped">Called when the core is to stop.</param>
internal sealed record VotingPart(
    VotingView View, VotingLog Log, NodeDiscovery? Discovery, AnnouncementRhythm Rhythm, Action<VotingStop> Stopped);
