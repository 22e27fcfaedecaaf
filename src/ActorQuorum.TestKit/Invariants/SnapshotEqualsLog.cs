using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// Raft §7: a snapshot equals the log it replaces. Each that comes into its place on a disk is read back, and compared with a store to which the
/// committed entries were applied up to its mark, one by one.
/// </summary>
internal sealed class SnapshotEqualsLog(CommittedIsDurable committed, ReachedCounts reached) : ClusterInvariant
{
    private readonly SortedDictionary<int, string> _seen = [];
    private readonly SortedDictionary<long, string> _digests = [];
    private readonly SortedDictionary<string, ProcessorHandler> _processors = new(StringComparer.Ordinal);
    private KeyValueStore _model = new();
    private long _applied;

    /// <summary>A node did something: a snapshot may have come into its place.</summary>
    public void Look(SimulatedNode node)
    {
        if (node.Snapshot is not { } snapshot || _seen.GetValueOrDefault(node.Number) == snapshot.Path) return;
        _seen[node.Number] = snapshot.Path;
        reached.Snapshots++;
        Check(node, snapshot);
    }

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        // A log that begins behind where it ended: a leader's snapshot took its place. After a start it may be the one before.
        if (before != default && node.Core.Log.BaseIndex > before.LastIndex) reached.Installs++;
    }

    /// <inheritdoc/>
    public override void Wiped(SimulatedNode node) => _seen.Remove(node.Number);

    private void Check(SimulatedNode node, SnapshotFile snapshot)
    {
        var mark = snapshot.Head.Mark;
        Demand(mark.Index <= committed.Entries.Count, $"{node.Name} has a snapshot up to entry {mark.Index}, committed is {committed.Entries.Count}");
        var term = committed.Entries[(int)mark.Index - 1].Entry.Term;
        Demand(mark.Term == term, $"{node.Name} has a snapshot up to entry {mark.Index} of term {mark.Term}, committed there is one of term {term}");
        var restored = new KeyValueStore();
        using (var reader = new SnapshotReader(node.Disk.Open(snapshot.Path, create: false), snapshot.Path, withHash: true))
        {
            var restore = restored.BeginRestore();
            restore.Read(reader);
            reader.Finish();
            restore.Install();
        }

        Learn(node.Builder);
        var (expected, digest) = (DigestAt(mark.Index), ContentDigest.Of((KeyValueView)restored.View));
        Demand(digest == expected, $"{node.Name} has a snapshot up to entry {mark.Index} that holds {digest}, the log gives {expected}");
    }

    /// <summary>What a snapshot stands for its node could apply: so with the processors of all builds that took one the log can be.</summary>
    private void Learn(QuorumBuilder build)
    {
        var isNews = false;
        foreach (var (name, handler) in build.Processors) isNews |= _processors.TryAdd(name, handler);
        if (isNews) Restart();
    }

    private void Restart() => (_model, _applied) = (new(processors: new(_processors)), 0);

    private string DigestAt(long index)
    {
        if (_digests.TryGetValue(index, out var known)) return known;

        // Nodes take theirs at about the same places: seldom does one lie before what was applied already.
        if (index < _applied) Restart();
        for (; _applied < index; _applied++)
        {
            var (entry, _) = committed.Entries[(int)_applied];
            if (entry.Kind == Core.Raft.EntryKind.Command) _model.Apply(entry.Index, entry.Payload);
        }

        return _digests[index] = ContentDigest.Of((KeyValueView)_model.View);
    }
}
