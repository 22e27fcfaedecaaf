using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Actors;

/// <summary>What the StorageActor is told. The set is closed: every kind stands in this file.</summary>
internal abstract record StorageMessage;

/// <summary>Work for the disk.</summary>
internal sealed record PersistWork(Persist Persist) : StorageMessage;

/// <summary>Entries to apply, in log order.</summary>
internal sealed record ApplyWork(ImmutableArray<Entry> Entries) : StorageMessage;

/// <summary>Requests for a view of the state, at an index or later.</summary>
internal sealed record ViewWanted(long Index, ImmutableArray<long> RequestIds) : StorageMessage;

/// <summary>A snapshot was written, or given up.</summary>
/// <param name="Took">How long it took.</param>
internal sealed record SnapshotEnded(TimeSpan Took) : StorageMessage;

/// <summary>Somebody needs a fresh snapshot.</summary>
internal sealed record SnapshotWanted : StorageMessage
{
    /// <summary>The one word there need be.</summary>
    public static SnapshotWanted Instance { get; } = new();
}

/// <summary>A leader's snapshot is durable: its state takes the place of this node's.</summary>
internal sealed record InstallState(IStateRestore Restore, SnapshotMark Mark) : StorageMessage;

/// <summary>The lane has written and flushed the batch it had.</summary>
internal sealed record BatchDurable : StorageMessage
{
    /// <summary>The one word there need be.</summary>
    public static BatchDurable Instance { get; } = new();
}

/// <summary>Writes are refused as the disk was nearly full: is it still?</summary>
internal sealed record DiskDoubted : StorageMessage
{
    /// <summary>The one doubt there need be.</summary>
    public static DiskDoubted Instance { get; } = new();
}

/// <summary>The node stops: what waits for the disk is written, and the log is closed cleanly.</summary>
internal sealed record StopStorage(Action Stopped) : StorageMessage;

/// <summary>The log is closed.</summary>
internal sealed record LogClosed : StorageMessage
{
    /// <summary>The one word there need be.</summary>
    public static LogClosed Instance { get; } = new();
}
