using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Faults;

/// <content>What an operator does to the data directory of a node that is down. To its cluster each is a lost disk.</content>
internal sealed partial class FaultActions
{
    private const int CrashModes = 5;
    private readonly List<LoneLife> _lives = [];

    /// <summary>It comes back as a new node under its old name, which founds nothing.</summary>
    private void Reset(SimulatedNode node, TimeSpan duration)
    {
        if (!MayLoseDisk(node) || !node.IsDurable) return;
        StopForWork(node);
        cluster.Reset(node);
        after(duration, () => BringUp(node));
    }

    /// <summary>It leads a life of its own, twice as long as faults take, and then comes home. Who holds nothing has nothing to go on with.</summary>
    private void GoAlone(SimulatedNode node, TimeSpan duration)
    {
        if (!MayLoseDisk(node) || !node.IsDurable || node.DurableIndex == 0) return;
        StopForWork(node);
        var life = new LoneLife(cluster, random, after, cluster.GoAlone(node));
        _lives.Add(life);
        life.Begin();
        after(duration * 2, () =>
        {
            _lives.Remove(life);
            BringUp(life.ComeHome());
        });
    }

    /// <summary>In peace all are at home.</summary>
    private void EndLives()
    {
        foreach (var life in _lives) life.ComeHome();
        _lives.Clear();
    }

    /// <summary>Whatever the node dies of, the operator makes room on its disk before he begins.</summary>
    private void StopForWork(SimulatedNode node)
    {
        _down.Add(node.Number);
        cluster.Crash(node, (CrashMode)random.Below(CrashModes));
        cluster.FillDisk(node, long.MaxValue);
    }
}
