using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// Log matching (Raft figure 3): logs that agree in index and term of one entry agree in all before it. By induction it is enough that
/// entries of one index and term are the same everywhere, and have a previous entry of the same term.
/// </summary>
internal sealed class LogMatching : ClusterInvariant
{
    private readonly Dictionary<(long Index, long Term), (long PreviousTerm, ReadOnlyMemory<byte> Payload)> _known = [];

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var log = node.Core.Log;
        if (log.LastIndex == before.LastIndex && log.Generation == before.Generation) return;
        var from = log.Generation == before.Generation ? before.LastIndex : before.CommitIndex;
        for (var index = Math.Max(from + 1, log.FirstIndex); index <= log.LastIndex; index++)
        {
            var entry = log[index];
            var previousTerm = log.TermAt(index - 1);
            if (_known.TryAdd((index, entry.Term), (previousTerm, entry.Payload))) continue;
            var known = _known[(index, entry.Term)];
            Demand(
                known.PreviousTerm == previousTerm && known.Payload.Span.SequenceEqual(entry.Payload.Span),
                $"{node.Name} has another entry {index} of term {entry.Term} than was seen before, or another before it (term {previousTerm}, was {known.PreviousTerm})");
        }
    }
}
