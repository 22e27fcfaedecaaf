using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Faults;

/// <content>What befalls disks.</content>
internal sealed partial class FaultActions
{
    private const int LeastLogBytesToRot = 4096;
    private static readonly TimeSpan WipePause = TimeSpan.FromSeconds(3);

    private void SlowDown(SimulatedNode node, TimeSpan duration)
    {
        node.DiskLatency = Hosting.DiskLatency.Slow;
        after(duration, () => node.DiskLatency = Hosting.DiskLatency.Fast);
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
        LoseDisk(node);
        after(WipePause, () => BringUp(node));
    }

    /// <summary>A damaged log must be refused: what it would serve was acknowledged.</summary>
    private void Rot(SimulatedNode node)
    {
        if (!MayLoseDisk(node) || !node.IsDurable) return;
        var segments = node.Disk.FilesUnder(node.LogDirectory);
        if (segments.Count == 0) return;
        var (path, length) = segments[(int)random.Below(segments.Count)];
        if (length < LeastLogBytesToRot) return;
        var (offset, bit) = (random.Below(length / 4), (int)random.Below(8));

        // Above the last mark damage cannot be told from a torn tail (docs/storage.md): a batch as large as most of the log may reach that far.
        // Of a segment that has a successor all is known to be durable.
        var earlierBytes = node.Witness!.SizeBytes - length;
        if (path == segments[^1].Path && offset + earlierBytes >= node.Witness.MarkedBytes) return;
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
            LoseDisk(node);
            after(WipePause, () => BringUp(node));
            return;
        }

        throw new BrokenPromiseException("DamageIsRefused", $"{node.Name} started from a log in which a durable bit had turned over");
    }

    /// <summary>One that is alone in its file founds without asking: with an empty disk it must be told to join (docs/deviations.md, "Limits").</summary>
    private void LoseDisk(SimulatedNode node)
    {
        cluster.Wipe(node);
        if (node.Identity is { IsJoining: false, Members.Count: 1 }) cluster.TellToJoin(node);
    }

    private bool MayLoseDisk(SimulatedNode lost) =>
        cluster.Members.Count > 2 && !IsDown(lost) && lost.IsRunning && !lost.IsAway && cluster.MayLoseDisk;
}
