using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// Raft §6: the committed configurations follow each other so that two never decide apart. From one set of voters to another it goes only over
/// both; a member is added without a vote, and bound to its data directory before it has one.
/// </summary>
internal sealed class ConfigurationsOverlap(CommittedIsDurable committed, ReachedCounts reached) : ClusterInvariant
{
    private Membership? _last;
    private int _looked = committed.Entries.Count;

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        for (; _looked < committed.Entries.Count; _looked++)
        {
            var entry = committed.Entries[_looked].Entry;
            if (entry.Kind != EntryKind.Configuration) continue;
            var next = Membership.Decode(entry.Payload.Span);
            if (_last is { } last) Check(last, next, entry.Index);
            if (next.IsJoint) reached.JointChanges++;
            _last = next;
        }
    }

    private void Check(Membership last, Membership next, long index)
    {
        var isEntered = next.IsJoint && !last.IsJoint && Same(next.Outgoing, last.Voters);
        var isSame = !next.IsJoint && Same(next.Voters, last.Voters);
        Demand(isEntered || isSame, $"the configuration at {index} ({Majority.Text(next)}) follows one of {Majority.Text(last)}, and the two may decide apart");
        foreach (var member in next.Members)
        {
            if (member.IsLearner || last.Find(member.Id) is { IsLearner: false }) continue;
            Demand(last.Find(member.Id) is not null, $"{member.Id} votes from {index} on and never learned");
            Demand(member.Incarnation != 0, $"{member.Id} votes from {index} on and is bound to no data directory");
        }
    }

    private static bool Same(IEnumerable<Member> some, IEnumerable<Member> others) => some.Select(member => member.Id).SequenceEqual(others.Select(member => member.Id));
}
