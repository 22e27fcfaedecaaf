using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>State machine safety (Raft figure 3): no two nodes ever commit, or apply, different entries at one index.</summary>
internal sealed class StateMachineSafety(CommittedIsDurable committed) : ClusterInvariant
{
    private readonly List<Entry> _first = [.. committed.Entries.Select(known => known.Entry)];

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var core = node.Core;
        for (var index = Math.Max(before.CommitIndex + 1, core.Log.FirstIndex); index <= core.CommitIndex; index++)
        {
            var entry = core.Log[index];
            if (index > _first.Count)
            {
                Demand(index == _first.Count + 1, $"{node.Name} commits entry {index}, the last that was committed before is {_first.Count}");
                _first.Add(entry);
                continue;
            }

            var first = _first[(int)index - 1];
            Demand(
                ReferenceEquals(first, entry) || (first.Term == entry.Term && first.Payload.Span.SequenceEqual(entry.Payload.Span)),
                $"{node.Name} commits an entry of term {entry.Term} at {index}, where one of term {first.Term} was committed before");
        }

        Demand(core.AppliedIndex <= core.CommitIndex, $"{node.Name} applied up to {core.AppliedIndex}, committed is {core.CommitIndex}");
        Demand(
            core.AppliedIndex <= node.DurableIndex,
            $"{node.Name} applied up to {core.AppliedIndex}, its disk holds {node.DurableIndex}");
    }
}
