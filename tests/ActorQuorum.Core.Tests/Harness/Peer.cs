using ActorQuorum.Core.Raft;

namespace ActorQuorum.Core.Tests.Harness;

/// <summary>Words of a member that is played by the test, to one real core.</summary>
internal sealed record Peer(int Number, CoreNode Node)
{
    public MemberId Id => CoreCluster.Id(Number);

    public ulong Incarnation { get; init; } = CoreCluster.IncarnationOf(Number);

    public RequestVote AsksVote(long term, long lastIndex = 0, long lastTerm = 0, bool isPreVote = false, bool isTransfer = false) =>
        new(0, Id, Node.Id, term, Incarnation, lastIndex, lastTerm, isPreVote, isTransfer);

    public RequestVote AsksPreVote(long term, long lastIndex = 0, long lastTerm = 0) => AsksVote(term, lastIndex, lastTerm, isPreVote: true);

    public RequestVoteReply Votes(long term, bool isGranted = true, bool isPreVote = false, long? requestTerm = null) =>
        new(0, Id, Node.Id, term, Incarnation, requestTerm ?? term, isGranted, isPreVote);

    public AppendEntries Appends(long term, long previousIndex, long previousTerm, long[] entryTerms, long commit = 0) =>
        new(0, Id, Node.Id, term, Incarnation, previousIndex, previousTerm,
            [.. entryTerms.Select((t, i) => Logs.EntryOf(previousIndex + 1 + i, t))], commit);

    public Heartbeat Beats(long term, long commit = 0, long round = 1) => new(0, Id, Node.Id, term, Incarnation, commit, round);

    public HeartbeatReply Confirms(long term, long round, bool isProven = true) => new(0, Id, Node.Id, term, Incarnation, round, isProven);

    public AppendEntriesReply Acknowledges(long term, long match, bool isProven = true) =>
        new(0, Id, Node.Id, term, Incarnation, true, match, 0, 0, isProven);

    public AppendEntriesReply Refuses(long term, long refused, long hintIndex, long hintTerm) =>
        new(0, Id, Node.Id, term, Incarnation, false, refused, hintIndex, hintTerm, true);

    public TimeoutNow HandsOver(long term) => new(0, Id, Node.Id, term, Incarnation);

    public Introduction Introduces(FoundingPhase phase, params Member[] view) => new(0, Id, Node.Id, 0, Incarnation, phase, [.. view]);
}

/// <summary>Makes played members.</summary>
internal static class PeerOf
{
    public static Peer Peer(this CoreNode node, int number) => new(number, node);

    /// <summary>What the node sent to a played member and lies in the network; taken out of it.</summary>
    public static IReadOnlyList<RaftMessage> Takes(this Peer peer)
    {
        var taken = peer.Node.Cluster.Network.Where(m => m.To == peer.Id).ToList();
        peer.Node.Cluster.Network.RemoveAll(m => m.To == peer.Id);
        return taken;
    }

    public static T Takes<T>(this Peer peer) where T : RaftMessage => peer.Takes().OfType<T>().Single();
}
