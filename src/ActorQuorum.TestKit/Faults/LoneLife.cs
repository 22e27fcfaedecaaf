using ActorQuorum.Core;
using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.TestKit.Hosting;
using ActorQuorum.TestKit.Linearizability;
using ActorQuorum.TestKit.Linearizability.Models;

namespace ActorQuorum.TestKit.Faults;

/// <summary>
/// A node that went on alone, beside the cluster that it left: it leads, serves clients of its own, with a slow disk or a fast one, dies and starts again, and ends with a reset. What its
/// clients saw must be linearizable, and its state what its log makes of an empty store.
/// </summary>
/// <param name="cluster">The cluster that it left.</param>
/// <param name="random">Its chances.</param>
/// <param name="after">Lets something happen later, unless peace comes first.</param>
/// <param name="alone">The node.</param>
internal sealed class LoneLife(SimulatedCluster cluster, SplitMix64 random, Action<TimeSpan, Action> after, SimulatedNode alone)
{
    private const int Clients = 2;
    private const int CrashModes = 5;
    private static readonly TimeSpan s_meanBreak = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_leadsWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_leastRun = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_mostRun = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_mostPause = TimeSpan.FromMilliseconds(500);
    private readonly List<Operation<KeyValueInput, KeyValueOutput>> _history = [];
    private readonly List<SimulatedClient> _clients = [];
    private bool _isOver;

    /// <summary>Starts it, and its clients.</summary>
    public void Begin()
    {
        var mark = $"alone{cluster.Reached.Solos}.";
        for (var number = 1; number <= Clients; number++)
        {
            _clients.Add(new(cluster, random, number, s_meanBreak, _history) { Alone = alone, Mark = mark });
            _clients[^1].Start();
        }

        Run();
    }

    /// <summary>Ends it by a reset.</summary>
    /// <returns>The node of the cluster that it had left, which does not run yet.</returns>
    public SimulatedNode ComeHome()
    {
        _isOver = true;
        Die();
        foreach (var client in _clients) client.IsStopped = true;
        var verdict = LinearizabilityChecker.Check(new KeyValueModel(), _history);
        if (!verdict.IsLinearizable) throw new BrokenPromiseException("Linearizability", $"of {alone.Name}, which went on alone: {verdict}");
        return cluster.Reset(alone);
    }

    private void Run()
    {
        if (_isOver) return;
        alone.DiskLatency = random.Below(2) == 0 ? DiskLatency.Slow : DiskLatency.Fast;
        cluster.Restart(alone);
        var process = alone.Actors;
        after(s_leadsWithin, () =>
        {
            if (alone.Actors == process && !_isOver && (!alone.IsRunning || alone.Role != Role.Leader))
                throw new BrokenPromiseException("Liveness", $"{alone.Name} went on alone, and {s_leadsWithin.TotalSeconds} s after its start does not lead");
        });
        after(random.Between(s_leastRun, s_mostRun), () =>
        {
            if (_isOver) return;
            Die();
            after(random.Between(TimeSpan.Zero, s_mostPause), Run);
        });
    }

    private void Die()
    {
        if (!alone.HasProcess) return;
        DemandState();
        cluster.Crash(alone, (CrashMode)random.Below(CrashModes));
    }

    /// <summary>Looked at when nothing is under way: then what the core knows to be applied is all that is.</summary>
    private void DemandState()
    {
        if (!alone.IsRunning || alone.AppliedIndex == 0 || alone.AppliedIndex != alone.Core.Log.LastIndex) return;
        var expected = alone.Invariants.Snapshots.DigestAt(alone, alone.AppliedIndex);
        if (alone.Digest != expected)
            throw new BrokenPromiseException("SameState", $"{alone.Name} went on alone and holds {alone.Digest} at {alone.AppliedIndex}, its log gives {expected}");
    }
}
