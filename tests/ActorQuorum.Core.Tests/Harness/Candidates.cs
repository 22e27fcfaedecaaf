using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>Brings one core into a role by played answers of its peers. What it sent on the way is dropped.</summary>
internal static class Candidates
{
    public static void MakePreCandidate(CoreNode node)
    {
        node.Cluster.PassDeadline(node);
        if (node.Cluster.Members.Length > 1) node.Role.ShouldBe(Role.PreCandidate);
    }

    /// <summary>A candidate whose term and own vote are still on their way to the disk.</summary>
    public static void MakeCandidate(CoreNode node)
    {
        MakePreCandidate(node);
        foreach (var id in node.Cluster.Members)
            if (node.Role == Role.PreCandidate && id != node.Id)
                node.Hear(node.Peer((int)id.Value).Votes(node.Term, isPreVote: true));
        node.Role.ShouldBe(Role.Candidate);
        node.Cluster.Drop(m => m.From == node.Id);
    }

    /// <summary>A leader whose first entry is durable nowhere else.</summary>
    public static void MakeLeader(CoreNode node)
    {
        MakeCandidate(node);
        node.Sync();
        foreach (var id in node.Cluster.Members)
            if (node.Role == Role.Candidate && id != node.Id)
                node.Hear(node.Peer((int)id.Value).Votes(node.Term));
        node.Role.ShouldBe(Role.Leader);
        node.Sync();
        node.Cluster.Drop(m => m.From == node.Id);
    }

    /// <summary>A leader whose first entry is committed: every follower acknowledged all it holds.</summary>
    public static void MakeSettledLeader(CoreNode node)
    {
        MakeLeader(node);
        foreach (var id in node.Cluster.Members)
            if (id != node.Id)
                node.Hear(node.Peer((int)id.Value).Acknowledges(node.Term, node.Core.Log.LastIndex));
        node.CommitIndex.ShouldBe(node.Core.Log.LastIndex);
        node.Cluster.Drop(m => m.From == node.Id);
    }
}
