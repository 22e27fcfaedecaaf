using ActorQuorum.Core;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Faults;

/// <summary>How each fault begins and ends.</summary>
internal sealed class FaultActions(SimulatedCluster cluster, SplitMix64 random, Action<TimeSpan, Action> after)
{
    private const int LeastLogBytesToRot = 4096;
    private const int LongestDazeMilliseconds = 1000;
    private const int LongestLastWordMilliseconds = 300;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WipePause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan MostTurnDelay = TimeSpan.FromMilliseconds(20);
    private readonly SortedSet<int> _down = [];

    /// <summary>Whether a node was taken down and its restart is arranged.</summary>
    public bool IsDown(SimulatedNode node) => _down.Contains(node.Number);

    /// <summary>Begins a fault; its end is arranged.</summary>
    public void Begin(FaultKind fault, SimulatedNode node, TimeSpan duration)
    {
        cluster.Reached.Faults++;
        switch (fault)
        {
            case FaultKind.Crash: Kill(node, CrashMode.ProcessOnly, duration); break;
            case FaultKind.PowerLoss: Kill(node, (CrashMode)(1 + random.Below(4)), duration); break;
            case FaultKind.Partition: Split(node, duration); break;
            case FaultKind.OneWayCut: CutOneWay(node, duration); break;
            case FaultKind.Loss: Disturb(() => cluster.Network.LostPerThousand = (int)random.Below(200), duration); break;
            case FaultKind.Duplication: Disturb(() => cluster.Network.DoubledPerThousand = (int)random.Below(200), duration); break;
            case FaultKind.Delay: Disturb(() => cluster.Network.MostLatency = TimeSpan.FromMilliseconds(2 + random.Below(500)), duration); break;
            case FaultKind.Pause: if (node.IsRunning) Freeze(node, duration / 2); break;
            case FaultKind.SlowDisk: SlowDown(node, duration); break;
            case FaultKind.FlushFailure: if (node.IsRunning) cluster.FailNextFlush(node); break;
            case FaultKind.FullDisk: Fill(node, duration); break;
            case FaultKind.ClockDrift: node.ClockDriftPerMillion = random.Below(100_001) - 50_000; break;
            case FaultKind.Wipe: Wipe(node); break;
            case FaultKind.Rot: Rot(node); break;
            case FaultKind.Starvation: Starve(node, duration); break;
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }
    }

    /// <summary>Everything is well again.</summary>
    public void EndAll()
    {
        cluster.Heal();
        foreach (var node in cluster.Nodes)
        {
            node.DiskLatency = Hosting.DiskLatency.Fast;
            node.ClockDriftPerMillion = 0;
            node.MostTurnDelay = TimeSpan.Zero;
            cluster.FillDisk(node, long.MaxValue);
            node.Disk.ForgetFaults();
            if (node.IsRunning) continue;
            if (!IsDown(node)) cluster.Crash(node);
            cluster.Restart(node);
        }
    }

    /// <summary>Ends a process, and arranges its restart.</summary>
    public void TakeDown(SimulatedNode node, CrashMode mode, TimeSpan duration)
    {
        if (!_down.Add(node.Number)) return;
        if (node.IsRunning && node.Core.Log.DurableIndex < node.Core.Log.LastIndex) cluster.Reached.CrashesMidWrite++;
        cluster.Crash(node, mode);
        after(duration, () => BringUp(node));
    }

    /// <summary>Half of the deaths are announced by a disk that grows slow, so that they come between a write and its flush.</summary>
    private void Kill(SimulatedNode node, CrashMode mode, TimeSpan duration)
    {
        if (random.Below(2) == 0)
        {
            TakeDown(node, mode, duration);
            return;
        }

        node.DiskLatency = Hosting.DiskLatency.Slow;
        after(TimeSpan.FromMilliseconds(random.Below(LongestLastWordMilliseconds)), () =>
        {
            node.DiskLatency = Hosting.DiskLatency.Fast;
            TakeDown(node, mode, duration);
        });
    }

    /// <summary>Half of those that freeze are cut off until some time after they wake, as a machine that moves: a leader then does not hear at once of the next.</summary>
    private void Freeze(SimulatedNode node, TimeSpan duration)
    {
        cluster.Pause(node, duration);
        if (random.Below(2) == 0) Disturb(() => cluster.Isolate(node), duration + TimeSpan.FromMilliseconds(random.Below(LongestDazeMilliseconds)));
    }

    private void BringUp(SimulatedNode node)
    {
        try
        {
            cluster.Restart(node);
            _down.Remove(node.Number);
        }
        catch (DiskFullException)
        {
            // A start needs room, too: somebody tries again once there is some.
            cluster.Crash(node);
            after(RetryPause, () => BringUp(node));
        }
    }

    /// <summary>Half of the splits leave the struck node, with those that fall to it, fewer than a majority: a leader that nobody follows any more.</summary>
    private void Split(SimulatedNode node, TimeSpan duration)
    {
        var isMinority = random.Below(2) == 0;
        var room = (cluster.Nodes.Count - 1) / 2 - 1;
        bool StaysWithStruck(SimulatedNode other) =>
            other == node || (random.Below(2) == 0 && (!isMinority || room-- > 0));
        var sides = cluster.Nodes.GroupBy(StaysWithStruck).Select(side => side.Select(node => node.Name).ToArray()).ToArray();
        Disturb(() => cluster.Partition(sides), duration);
    }

    private void CutOneWay(SimulatedNode node, TimeSpan duration) =>
        Disturb(() => cluster.CutOneWay(node, cluster.Nodes[(int)random.Below(cluster.Nodes.Count)]), duration);

    /// <summary>Disturbances of the network end together: the first end heals all, as an operator does.</summary>
    private void Disturb(Action begin, TimeSpan duration)
    {
        begin();
        after(duration, () =>
        {
            cluster.Heal();
            cluster.Reached.PartitionsHealed++;
        });
    }

    private void SlowDown(SimulatedNode node, TimeSpan duration)
    {
        node.DiskLatency = Hosting.DiskLatency.Slow;
        after(duration, () => node.DiskLatency = Hosting.DiskLatency.Fast);
    }

    private void Starve(SimulatedNode node, TimeSpan duration)
    {
        node.MostTurnDelay = MostTurnDelay;
        after(duration, () => node.MostTurnDelay = TimeSpan.Zero);
    }

    private void Fill(SimulatedNode node, TimeSpan duration)
    {
        cluster.FillDisk(node, random.Below(20_000));
        after(duration, () => cluster.FillDisk(node, long.MaxValue));
    }

    /// <summary>
    /// A disk is lost for good. Raft bears that only for fewer disks than a majority, so the next is not lost before the last is bound again.
    /// </summary>
    private void Wipe(SimulatedNode node)
    {
        if (!MayLoseDisk(node)) return;
        _down.Add(node.Number);
        cluster.Crash(node);
        cluster.Wipe(node);
        after(WipePause, () => BringUp(node));
    }

    /// <summary>A damaged log must be refused: what it would serve was acknowledged.</summary>
    private void Rot(SimulatedNode node)
    {
        if (!MayLoseDisk(node) || !node.IsDurable) return;
        var (path, length) = node.Disk.LargestFile();
        if (length < LeastLogBytesToRot) return;
        var (offset, bit) = (random.Below(length / 4), (int)random.Below(8));

        // Above the last mark damage cannot be told from a torn tail (docs/storage.md): a batch as large as most of the log may reach that far.
        if (offset >= node.Witness!.MarkedBytes) return;
        _down.Add(node.Number);
        cluster.Crash(node);
        node.Disk.FlipBit(path, offset, bit);
        try
        {
            cluster.Restart(node);
        }
        catch (IOException)
        {
            cluster.Reached.DamageRefused++;
            cluster.Wipe(node);
            after(WipePause, () => BringUp(node));
            return;
        }

        throw new BrokenPromiseException("DamageIsRefused", $"{node.Name} started from a log in which a durable bit had turned over");
    }

    private bool MayLoseDisk(SimulatedNode lost) =>
        cluster.Nodes.Count > 2 && lost.IsRunning && cluster.Nodes.All(node => node.IsRunning && node.IsProven);
}
