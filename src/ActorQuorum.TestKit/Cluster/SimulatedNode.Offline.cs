using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Invariants;

namespace ActorQuorum.TestKit.Cluster;

/// <content>What <c>reset</c> and <c>solo</c> make of its disk while it is stopped.</content>
public sealed partial class SimulatedNode
{
    private int _era;

    /// <summary>The cluster whose member it is, by its disk; zero before the first start.</summary>
    internal ulong ClusterId => _storage?.ClusterId ?? 0;

    /// <summary>Who holds its disk, since it went on alone.</summary>
    internal SimulatedNode? Alone { get; private set; }

    /// <summary>Whose disk it took with it as it went on alone.</summary>
    internal SimulatedNode? Home { get; private init; }

    /// <summary>Clears its log, term and vote.</summary>
    internal void ResetDisk()
    {
        _invariants.Wiped(this);
        using (var stopped = StoppedNode.Open(Disk, _options)) stopped.Reset(DrawIncarnation);
        Witness = null;
        _era++;
    }

    /// <summary>Gives its disk, once it is reset, back to the node that it was before it went on alone.</summary>
    internal SimulatedNode ReturnHome()
    {
        var home = Home ?? throw new InvalidOperationException($"{Name} did not go on alone");
        (home.Disk, home._era, home.Alone, home.IsAway) = (Disk, _era, null, false);
        return home;
    }

    /// <summary>
    /// Makes its disk that of a cluster of one, and gives it to the only node of that. This one stays behind, with a disk that is lost to its cluster.
    /// </summary>
    /// <param name="committed">What its cluster committed so far: what its log does not hold any more stands there.</param>
    internal SimulatedNode GoAlone(IReadOnlyList<(Entry Entry, long InTerm)> committed)
    {
        var held = HeldEntries(out var baseIndex, out var term);
        using (var stopped = StoppedNode.Open(Disk, _options))
            stopped.GoAlone(stopped.Read(), DrawIncarnation, _simulation.Random.Next, DateTimeOffset.UnixEpoch + _simulation.Now);
        List<SimulatedNode> itself = [];

        // All that it held is committed in the new cluster, whatever becomes of the rest in the old one.
        var invariants = new InvariantSet(_simulation, itself, [.. committed.Take((int)baseIndex), .. held.Select(entry => (entry, term))]);
        var alone = new SimulatedNode(Number, _simulation, _network, _options, invariants, _logger) { Home = this, Builder = Builder, Disk = Disk, _era = _era + 1 };
        itself.Add(alone);
        WipeDisk();
        (Alone, IsAway) = (alone, true);
        return alone;
    }

    private IReadOnlyList<Entry> HeldEntries(out long baseIndex, out long term)
    {
        using var storage = NodeStorage.Open(Disk, _options, Identity, DrawIncarnation, new KeyValueStore(processors: Builder.ToProcessors(Name, _logger)));
        storage.Log.Dispose();
        (baseIndex, term) = (storage.Durable.Base.Index, storage.Durable.State.Term);
        return storage.Durable.Entries;
    }
}
