using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// A node that goes on alone begins with all that its disk was told to keep, and so with all that it acknowledged or applied; its cluster is one that
/// never was, and its term is above any that it knew.
/// </summary>
/// <param name="kept">What its disk was told to keep before.</param>
/// <param name="snapshot">Its newest snapshot then.</param>
/// <param name="clusters">The clusters that there were.</param>
/// <param name="committed">What it begins with, all of which counts as committed.</param>
internal sealed class GoesOnWithAll(WitnessedLog kept, SnapshotMark snapshot, IReadOnlyCollection<ulong> clusters, CommittedIsDurable committed)
    : ClusterInvariant
{
    private readonly int _begins = committed.Entries.Count;
    private bool _hasBegun;

    /// <inheritdoc/>
    public override void Started(SimulatedNode node, DurableState found)
    {
        if (_hasBegun) return;
        _hasBegun = true;
        Demand(!clusters.Contains(node.ClusterId), $"{node.Name} goes on alone as cluster {node.ClusterId:x16}, which is another's");
        Demand(found.State.Term > kept.State.Term, $"{node.Name} knew term {kept.State.Term} and goes on alone with term {found.State.Term}");

        // A leader's snapshot that was being installed took the place of a log that contradicts it.
        var last = kept.Holds(snapshot.Index, snapshot.Term) ? kept.CertainIndex : snapshot.Index;
        var lastFound = Math.Min(_begins, found.Base.Index + found.Entries.Count);
        Demand(lastFound >= last, $"{node.Name} held {last} entries and goes on alone with {lastFound}");
        for (var index = 1L; index <= last; index++)
        {
            var term = committed.Entries[(int)index - 1].Entry.Term;
            Demand(
                index <= snapshot.Index || kept.Holds(index, term),
                $"{node.Name} goes on alone with an entry {index} of term {term}, which is not the one that it made durable");
            Demand(
                index <= found.Base.Index || found.Entries[(int)(index - found.Base.Index - 1)].Term == term,
                $"{node.Name} goes on alone without its entry {index} of term {term}");
        }
    }
}
