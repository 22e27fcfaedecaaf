using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.Metrics;
using ActorQuorum.Roles;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.Transport;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Actors;

/// <summary>All that the five actors of a node are made of, whatever hosts them.</summary>
internal sealed record NodeSetup
{
    /// <summary>The cluster's number.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>This member.</summary>
    public required MemberInfo Self { get; init; }

    /// <summary>All first members, in the order of their names.</summary>
    public required IReadOnlyList<MemberInfo> Members { get; init; }

    /// <summary>Whether the node joins a cluster that is there: then <see cref="Members"/> are only whom it may ask.</summary>
    public bool IsJoining { get; init; }

    /// <summary>Whether this node's data directory was reset: it looks for the first members, and founds nothing with them.</summary>
    public bool IsReset { get; init; }

    /// <summary>The number of this node's data directory.</summary>
    public required ulong Incarnation { get; init; }

    /// <summary>The seed of the election deadlines.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What the disk held at the start.</summary>
    public required DurableState Durable { get; init; }

    /// <summary>Where the log goes on.</summary>
    public required ILogStore Log { get; init; }

    /// <summary>Where snapshots are kept; null if they are not.</summary>
    public SnapshotFiles? Snapshots { get; init; }

    /// <summary>When they are taken, and how fast they are written and sent.</summary>
    public SnapshotOptions Snapshot { get; init; } = new();

    /// <summary>Where the node logs of snapshots; null for <see cref="Logger"/>.</summary>
    public ILogger? StorageLogger { get; init; }

    /// <summary>What snapshots leave free on the disk.</summary>
    public long ReserveBytes { get; init; }

    /// <summary>Whether less than the reserve is free on the disk.</summary>
    public required Func<bool> IsDiskNearlyFull { get; init; }

    /// <summary>What the commands act on; empty at the start, the log brings it up to date.</summary>
    public required IStateMachine Machine { get; init; }

    /// <summary>The way to the other members.</summary>
    public required IPeerTransport Transport { get; init; }

    /// <summary>Timers of elections.</summary>
    public required ElectionOptions Election { get; init; }

    /// <summary>Bounds.</summary>
    public required LimitOptions Limits { get; init; }

    /// <summary>What the node counts.</summary>
    public NodeTally Tally { get; init; } = new();

    /// <summary>Where the node logs.</summary>
    public required ILogger Logger { get; init; }

    /// <summary>Where it logs of roles, votes and replication; null for <see cref="Logger"/>.</summary>
    public ILogger? ElectionLogger { get; init; }

    /// <summary>Hears each change of role, on the NodeActor's turn; null for nobody.</summary>
    public Action<RoleChange>? RoleChanged { get; init; }

    /// <summary>What runs where leadership comes and goes; null for nothing.</summary>
    public RoleScripts? Roles { get; init; }

    /// <summary>What the core is configured with.</summary>
    public RaftOptions ToRaftOptions() => new()
    {
        Self = Self.Id,
        Incarnation = Incarnation,
        Members = IsJoining ? [] : [.. Members.Select(member => member.Id).Order()],
        IsJoining = IsJoining || IsReset,
        Contact = ContactOf(Self),
        Contacts = IsJoining ? [] : [.. Members.Select(member => new Newcomer(member.Id, ContactOf(member)))],
        Heartbeat = Election.Heartbeat,
        ElectionTimeout = Election.Timeout,
        Seed = Seed,
        AppendSizeBytes = Limits.AppendSizeBytes,
        AppendWindow = Limits.AppendWindow,
        CatchUpRateBytes = Limits.CatchUpRateBytes,
        ApplyWindow = Limits.ApplyWindow,
        TrailingEntries = Snapshot.TrailingEntries,
        TrailingSizeBytes = Snapshot.TrailingSizeBytes,
        HeldEntries = Snapshot.HeldEntries,
        HeldSizeBytes = Snapshot.HeldSizeBytes,

        // Twice what all members' clients may have under way: reached only by what was given up.
        UncommittedSizeBytes = 2 * Limits.PendingSizeBytes * Members.Count,
    };

    private static MemberContact ContactOf(MemberInfo member)
    {
        var contact = new MemberContact(member.Name, member.PeerAddress, member.ClientAddress);
        return contact.IsWithinBounds ? contact : MemberContact.Unknown;
    }
}
