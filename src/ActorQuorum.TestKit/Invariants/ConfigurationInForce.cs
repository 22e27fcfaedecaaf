using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>Raft §6: the configuration in force is the latest in the log, as soon as it stands there, and only as long as it does.</summary>
internal sealed class ConfigurationInForce : ClusterInvariant
{
    private readonly SortedDictionary<int, (long Index, long LastIndex, long Generation)> _seen = [];

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var (core, log) = (node.Core, node.Core.Log);
        var now = (core.MembershipIndex, log.LastIndex, log.Generation);
        var last = _seen.GetValueOrDefault(node.Number);
        if (now == last) return;
        _seen[node.Number] = now;
        var index = core.MembershipIndex;
        Demand(index <= log.LastIndex, $"{node.Name} uses the configuration at {index}, its log ends at {log.LastIndex}");

        // What a snapshot says is in force stands before its end, wherever that lies in the log.
        if (index > core.CommitIndex)
            Demand(
                log[index].Kind == EntryKind.Configuration && log[index].Payload.Span.SequenceEqual(core.Membership.Encode()),
                $"{node.Name} uses a configuration at {index} ({Majority.Text(core.Membership)}) that does not stand there");
        for (var later = Math.Max(index, now.Generation == last.Generation ? last.LastIndex : log.BaseIndex) + 1; later <= log.LastIndex; later++)
            Demand(
                later <= log.BaseIndex || log[later].Kind != EntryKind.Configuration,
                $"{node.Name} uses the configuration at {index}, and its log has a later one at {later}");
    }

    /// <inheritdoc/>
    public override void Crashed(SimulatedNode node) => _seen.Remove(node.Number);
}
