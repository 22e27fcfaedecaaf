using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// Raft §7: a snapshot equals the log it replaces. Each that comes into its place on a disk is read back, and compared with a store to which the
/// committed entries were applied up to its mark, one by one, and with what those say of the cluster: a joint configuration is carried whole.
/// </summary>
internal sealed class SnapshotEqualsLog(CommittedIsDurable committed, ReachedCounts reached) : ClusterInvariant
{
    private readonly SortedDictionary<int, string> _seen = [];
    private readonly SortedDictionary<long, Expected> _expected = [];
    private readonly SortedDictionary<string, ProcessorHandler> _processors = new(StringComparer.Ordinal);

    /// <summary>Up to here the log was another cluster's, before one of its members went on alone: its snapshot says of the cluster what holds since.</summary>
    private readonly long _inherited = committed.Entries.Count;

    private KeyValueStore _model = new();
    private SnapshotMark _mark = SnapshotMark.None;

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

    /// <summary>A digest of what the committed entries up to an index make of an empty store that has a node's processors.</summary>
    public string DigestAt(SimulatedNode node, long index)
    {
        Learn(node.Builder);
        return ExpectedAt(index).Digest;
    }

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
        var (expected, digest) = (ExpectedAt(mark.Index), ContentDigest.Of((KeyValueView)restored.View));
        Demand(digest == expected.Digest, $"{node.Name} has a snapshot up to entry {mark.Index} that holds {digest}, the log gives {expected.Digest}");
        if (mark.Index <= _inherited) return;
        var said = Convert.ToHexString(mark.Encode());
        Demand(said == expected.Mark, $"{node.Name} has a snapshot up to entry {mark.Index} that says of the cluster {said}, the log says {expected.Mark}");
    }

    /// <summary>What a snapshot stands for its node could apply: so with the processors of all builds that took one the log can be.</summary>
    private void Learn(QuorumBuilder build)
    {
        var isNews = false;
        foreach (var (name, handler) in build.Processors) isNews |= _processors.TryAdd(name, handler);
        if (isNews) Restart();
    }

    private void Restart() => (_model, _mark) = (new(processors: new(_processors)), SnapshotMark.None);

    private Expected ExpectedAt(long index)
    {
        if (_expected.TryGetValue(index, out var known)) return known;

        // Nodes take theirs at about the same places: seldom does one lie before what was applied already.
        if (index < _mark.Index) Restart();
        while (_mark.Index < index)
        {
            var (entry, _) = committed.Entries[(int)_mark.Index];
            if (entry.Kind == EntryKind.Command) _model.Apply(entry.Index, entry.Payload);
            _mark = _mark.After([entry]);
        }

        return _expected[index] = new(ContentDigest.Of((KeyValueView)_model.View), Convert.ToHexString(_mark.Encode()));
    }

    /// <summary>What a snapshot up to some entry holds and says of the cluster.</summary>
    private readonly record struct Expected(string Digest, string Mark);
}
