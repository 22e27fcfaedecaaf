using ActorQuorum.Core.Raft;
using ActorQuorum.TestKit.Cluster;

namespace ActorQuorum.TestKit.Invariants;

/// <summary>
/// Raft §5.2: who leads a term was granted the votes of a majority in that very term, its own among them once it is on its disk; while two
/// configurations are in force, of a majority of each (§6).
/// </summary>
internal sealed class ElectedByMajority : ClusterInvariant
{
    private readonly SortedDictionary<(long Term, MemberId Candidate), SortedSet<MemberId>> _granted = [];

    /// <inheritdoc/>
    public override void Sent(SimulatedNode node, RaftMessage message)
    {
        if (message is RequestVoteReply { IsGranted: true, IsPreVote: false } grant) VotersOf(grant.RequestTerm, grant.To).Add(grant.From);
    }

    /// <inheritdoc/>
    public override void Changed(SimulatedNode node, CoreView before)
    {
        var (role, term) = (node.Core.Role, node.Core.Term);
        if (role != Role.Leader || (before.Role == role && before.Term == term)) return;
        var voters = VotersOf(term, node.Id);
        var disk = node.Witness!.State;
        if (disk.Term == term && disk.Vote == node.Id) voters.Add(node.Id);
        var membership = node.Core.MembershipAt(before == default ? node.Core.Log.LastIndex : before.LastIndex);
        Demand(Majority.Of(membership, voters.Contains), $"{node.Name} leads term {term} by {voters.Count} votes of {Majority.Text(membership)}");
    }

    private SortedSet<MemberId> VotersOf(long term, MemberId candidate)
    {
        if (!_granted.TryGetValue((term, candidate), out var voters)) _granted.Add((term, candidate), voters = []);
        return voters;
    }
}
