using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>Changes of the members as tests ask for them: by numbers.</summary>
internal static class Changes
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static AttachMembers Attach(params int[] numbers) => new([.. numbers.Select(CoreCluster.NewcomerOf)], Patience);

    public static AddLearners Learn(params int[] numbers) => new([.. numbers.Select(CoreCluster.NewcomerOf)]);

    public static DetachMembers Detach(params int[] numbers) => new([.. numbers.Select(CoreCluster.Id)]);

    public static PromoteMembers Promote(params int[] numbers) => new([.. numbers.Select(CoreCluster.Id)]);

    public static int[] VotersOf(CoreNode node) => [.. node.Core.Membership.Voters.Select(v => (int)v.Id.Value)];

    public static int[] OutgoingOf(CoreNode node) => [.. node.Core.Membership.Outgoing.Select(v => (int)v.Id.Value)];

    public static int[] LearnersOf(CoreNode node) => [.. node.Core.Membership.Learners.Select(m => (int)m.Id.Value)];

    /// <summary>Adds nodes and waits until they vote.</summary>
    public static void Grow(CoreCluster cluster, CoreNode leader, int count)
    {
        var first = cluster.Nodes.Count + 1;
        for (var i = 0; i < count; i++) cluster.Join();
        leader.Change(900, Attach([.. Enumerable.Range(first, count)]));
        cluster.RunUntil(() => VotersOf(leader).Contains(first + count - 1) && leader.Configurations[^1].IsCommitted && !leader.Core.Membership.IsJoint);
    }

    /// <summary>A played member's configuration entry.</summary>
    public static Entry EntryOf(long index, long term, Membership membership) => new(index, term, EntryKind.Configuration, membership.Encode());

    /// <summary>C_old,new as an entry: these voted, those are to vote.</summary>
    public static Membership Joint(int[] outgoing, int[] incoming) => new(
    [
        .. outgoing.Union(incoming).Order().Select(n => new ConfiguredMember(CoreCluster.Id(n), CoreCluster.IncarnationOf(n))
        {
            IsOutgoing = outgoing.Contains(n), IsVoter = incoming.Contains(n),
        }),
    ]);
}
