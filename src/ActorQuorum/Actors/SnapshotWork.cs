using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Transport;

namespace ActorQuorum.Actors;

/// <summary>What the SnapshotActor is told. The set is closed: every kind stands in this file.</summary>
internal abstract record SnapshotWork;

/// <summary>A state is to be written to a snapshot.</summary>
internal sealed record TakeSnapshot(IStateCapture Capture, SnapshotMark Mark) : SnapshotWork;

/// <summary>A follower needs a snapshot.</summary>
/// <param name="To">The follower.</param>
/// <param name="Term">The term in which this node leads it.</param>
/// <param name="LeastIndex">Up to here at least it must reach: the log holds no entry before.</param>
/// <param name="IsOutrun">Whether it has the last one, and the log outgrew what was kept for it meanwhile.</param>
internal sealed record SendSnapshot(MemberId To, long Term, long LeastIndex, bool IsOutrun = false) : SnapshotWork;

/// <summary>A follower needs no snapshot of this node any more, or this node leads it no more.</summary>
internal sealed record WithdrawSnapshot(MemberId To) : SnapshotWork;

/// <summary>A member said something of a snapshot.</summary>
internal sealed record SnapshotHeard(MemberId From, SnapshotMessage Message, IInboundCredit? Credit) : SnapshotWork;

/// <summary>What the core makes of a snapshot that arrived: it is to be installed, or null if it brings nothing new.</summary>
internal sealed record SnapshotJudged(SnapshotMark? Install) : SnapshotWork;

/// <summary>The log gives back what snapshots stand for.</summary>
internal sealed record TrimLog(Action Trim) : SnapshotWork;

/// <summary>Somebody wants a fresh snapshot to take away.</summary>
internal sealed record ExportSnapshot(ExportRequest Request) : SnapshotWork;

/// <summary>Somebody does not wait for a snapshot any more.</summary>
internal sealed record ForgetExport(ExportRequest Request) : SnapshotWork;

/// <summary>Somebody has read a snapshot, or as much of it as was wanted.</summary>
internal sealed record ExportEnded(SnapshotExport Export) : SnapshotWork;

/// <summary>The lane has done a job.</summary>
internal sealed record SnapshotLaneDone : SnapshotWork
{
    /// <summary>The one word there need be.</summary>
    public static SnapshotLaneDone Instance { get; } = new();
}

/// <summary>Time has passed, and there is work that waits for it.</summary>
internal sealed record SnapshotTick : SnapshotWork
{
    /// <summary>The one tick there need be.</summary>
    public static SnapshotTick Instance { get; } = new();
}
