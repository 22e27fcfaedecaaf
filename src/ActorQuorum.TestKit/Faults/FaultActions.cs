using ActorQuorum.Core;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Faults;

/// <summary>How each fault begins and ends.</summary>
internal sealed partial class FaultActions(SimulatedCluster cluster, SplitMix64 random, Action<TimeSpan, Action> after)
{
    private const int LatencyDoublings = 9;
    private const int LeastTurnDelayMilliseconds = 10;
    private const int TurnDelayDoublings = 4;
    private const int LongestDazeMilliseconds = 1000;
    private const int LongestHandOverMilliseconds = 400;
    private const int LongestLastWordMilliseconds = 300;
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(500);
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
            case FaultKind.Delay: Disturb(() => cluster.Network.MostLatency = TimeSpan.FromMilliseconds(4 << (int)random.Below(LatencyDoublings)), duration); break;
            case FaultKind.Reordering: Disturb(() => cluster.Network.OvertakenPerThousand = (int)random.Below(200), duration); break;
            case FaultKind.Pause: if (node.IsRunning) Freeze(node, duration / 2); break;
            case FaultKind.SlowDisk: SlowDown(node, duration); break;
            case FaultKind.FlushFailure: if (node.IsRunning) cluster.FailNextFlush(node); break;
            case FaultKind.FullDisk: Fill(node, duration); break;
            case FaultKind.ClockDrift: node.ClockDriftPerMillion = random.Below(100_001) - 50_000; break;
            case FaultKind.Wipe: Wipe(node); break;
            case FaultKind.Rot: Rot(node); break;
            case FaultKind.Reset: Reset(node, duration); break;
            case FaultKind.Solo: GoAlone(node, duration); break;
            case FaultKind.Starvation: Starve(node, duration); break;
            case FaultKind.HandOver: if (node.IsRunning) cluster.HandOver(node); break;
            case FaultKind.CleanStop: StopCleanly(node, duration); break;
            default: throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault");
        }
    }

    /// <summary>Everything is well again.</summary>
    public void EndAll()
    {
        cluster.Heal();
        EndLives();
        foreach (var node in cluster.Nodes)
        {
            node.DiskLatency = Hosting.DiskLatency.Fast;
            node.ClockDriftPerMillion = 0;
            node.MostTurnDelay = TimeSpan.Zero;
            cluster.FillDisk(node, long.MaxValue);
            node.Disk.ForgetFaults();
            if (node.IsAway || (node.IsRunning && !IsDown(node))) continue;
            if (node.HasProcess) cluster.Crash(node, CrashMode.ProcessOnly);
            cluster.Restart(node);
        }
    }

    /// <summary>Ends a process, and arranges its restart.</summary>
    public void TakeDown(SimulatedNode node, CrashMode mode, TimeSpan duration)
    {
        if (node.IsAway || !_down.Add(node.Number)) return;
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

    /// <summary>A stop whose disk is too slow for it is cut short when the node is brought up again.</summary>
    private void StopCleanly(SimulatedNode node, TimeSpan duration)
    {
        if (!node.IsRunning || !_down.Add(node.Number)) return;
        cluster.HandOver(node);
        var patience = TimeSpan.FromMilliseconds(random.Below(LongestHandOverMilliseconds));
        after(patience, () => cluster.Stop(node));
        after(patience + duration, () =>
        {
            // Half of the machines lose power before they are started again: what nobody flushed is gone.
            if (!node.HasProcess && random.Below(2) == 0) node.Disk.Crash((CrashMode)(1 + random.Below(4)));
            BringUp(node);
        });
    }

    private void BringUp(SimulatedNode node)
    {
        try
        {
            if (node.HasProcess) cluster.Crash(node, CrashMode.ProcessOnly);
            if (!node.IsAway) cluster.Restart(node);
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

    private void Starve(SimulatedNode node, TimeSpan duration)
    {
        node.MostTurnDelay = TimeSpan.FromMilliseconds(LeastTurnDelayMilliseconds << (int)random.Below(TurnDelayDoublings));
        after(duration, () => node.MostTurnDelay = TimeSpan.Zero);
    }
}
