using ActorQuorum.Hosting;

namespace ActorQuorum.Actors;

/// <summary>How the five actors of one node reach each other, and the time.</summary>
internal sealed class NodeContext(IActorHost host, Func<bool> isDiskNearlyFull)
{
    private bool _areSnapshotsBusy;
    private readonly long _started = host.Time.GetTimestamp();

    /// <summary>The NodeActor.</summary>
    public IMailbox<NodeMessage> Node { get; set; } = null!;

    /// <summary>The ClockActor.</summary>
    public IMailbox<ClockMessage> Clock { get; set; } = null!;

    /// <summary>The ElectionActor.</summary>
    public IMailbox<ElectionMessage> Election { get; set; } = null!;

    /// <summary>The StorageActor.</summary>
    public IMailbox<StorageMessage> Storage { get; set; } = null!;

    /// <summary>The SnapshotActor.</summary>
    public IMailbox<SnapshotWork> Snapshots { get; set; } = null!;

    /// <summary>Whether the SnapshotActor has work that waits for time to pass.</summary>
    public bool AreSnapshotsBusy
    {
        get => Volatile.Read(ref _areSnapshotsBusy);
        set => Volatile.Write(ref _areSnapshotsBusy, value);
    }

    /// <summary>Monotonic time since the node started.</summary>
    public TimeSpan Now => host.Time.GetElapsedTime(_started);

    /// <summary>Whether less than the reserve is free on the disk.</summary>
    public bool IsDiskNearlyFull() => isDiskNearlyFull();
}
