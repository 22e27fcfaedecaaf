using ActorQuorum.Core.Raft;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>What a run has reached: a simulation that never truncates a log proves little about truncation.</summary>
public sealed record ReachedCounts
{
    /// <summary>How often a node became leader.</summary>
    public long Elections { get; set; }

    /// <summary>How often a leader stepped down.</summary>
    public long StepDowns { get; set; }

    /// <summary>How often a log was truncated.</summary>
    public long Truncations { get; set; }

    /// <summary>Entries committed on some node, each node counted.</summary>
    public long Commits { get; set; }

    /// <summary>Crashes while a batch was between its write and its flush, or not yet written.</summary>
    public long CrashesMidWrite { get; set; }

    /// <summary>Faults, each begun once.</summary>
    public long Faults { get; set; }

    /// <summary>Partitions and cuts that were healed.</summary>
    public long PartitionsHealed { get; set; }

    /// <summary>Nodes that were stopped cleanly.</summary>
    public long CleanStops { get; set; }

    /// <summary>Disks that were wiped.</summary>
    public long Wipes { get; set; }

    /// <summary>Starts refused because durable bytes were damaged.</summary>
    public long DamageRefused { get; set; }

    /// <summary>Snapshots that came into their place.</summary>
    public long Snapshots { get; set; }

    /// <summary>Snapshots of a leader that a node installed.</summary>
    public long Installs { get; set; }

    /// <summary>Connections that broke while a snapshot was on its way.</summary>
    public long SnapshotsCut { get; set; }

    /// <summary>Chunks of snapshots that arrived damaged.</summary>
    public long ChunksDamaged { get; set; }

    /// <summary>Chunks of snapshots that their sender read wrong, so that only the whole snapshot tells.</summary>
    public long ChunksMisread { get; set; }

    /// <summary>Nodes that went on alone, as clusters of one.</summary>
    public long Solos { get; set; }

    /// <summary>Operations of clients that were answered by nodes that went on alone.</summary>
    public long AnsweredAlone { get; set; }

    /// <summary>Data directories that were reset; those of nodes that had gone on alone, too.</summary>
    public long Resets { get; set; }

    /// <summary>Configurations that a leader appended.</summary>
    public long Changes { get; set; }

    /// <summary>Changes of the voters, each over two configurations in force at once, that were committed.</summary>
    public long JointChanges { get; set; }

    /// <summary>Nodes that joined with an empty disk.</summary>
    public long Joins { get; set; }

    /// <summary>Client operations that were answered.</summary>
    public long Answered { get; set; }

    /// <summary>Client operations that were answered by nodes that joined the cluster.</summary>
    public long AnsweredByNewcomers { get; set; }

    /// <summary>Client operations whose outcome stayed unknown.</summary>
    public long Unknown { get; set; }

    /// <summary>The sum of two runs.</summary>
    /// <param name="other">The other run's counts.</param>
    public void Add(ReachedCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Elections += other.Elections;
        StepDowns += other.StepDowns;
        Truncations += other.Truncations;
        Commits += other.Commits;
        CrashesMidWrite += other.CrashesMidWrite;
        Faults += other.Faults;
        PartitionsHealed += other.PartitionsHealed;
        CleanStops += other.CleanStops;
        Wipes += other.Wipes;
        DamageRefused += other.DamageRefused;
        Snapshots += other.Snapshots;
        Installs += other.Installs;
        SnapshotsCut += other.SnapshotsCut;
        ChunksDamaged += other.ChunksDamaged;
        ChunksMisread += other.ChunksMisread;
        Solos += other.Solos;
        AnsweredAlone += other.AnsweredAlone;
        Resets += other.Resets;
        Changes += other.Changes;
        JointChanges += other.JointChanges;
        Joins += other.Joins;
        Answered += other.Answered;
        AnsweredByNewcomers += other.AnsweredByNewcomers;
        Unknown += other.Unknown;
    }

    /// <summary>A core changed.</summary>
    internal void Changed(CoreView before, CoreView now)
    {
        if (now.Role == Role.Leader && before.Role != Role.Leader) Elections++;
        if (before.Role == Role.Leader && now.Role != Role.Leader) StepDowns++;
        if (now.Generation > before.Generation) Truncations += now.Generation - before.Generation;
        if (now.CommitIndex > before.CommitIndex) Commits += now.CommitIndex - before.CommitIndex;
    }
}
