using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <content>
/// The commands that take a node out of its cluster and bring it back. Of which cluster a node is, no core knows: the world keeps clusters apart, as
/// the transport does by the cluster id of a hello.
/// </content>
internal sealed partial class TraceWorld
{
    /// <summary>Who founded the cluster of a directory; of the first cluster nobody in particular.</summary>
    private readonly Dictionary<(MemberId Member, ulong Incarnation), MemberId> _founders = [];

    private MemberId ClusterOf(CoreNode node) => ClusterOf(node.Id, node.Options.Incarnation);

    private MemberId ClusterOf(MemberId member, ulong incarnation) => _founders.GetValueOrDefault((member, incarnation));

    /// <summary>Whether who sent this is, or was then, of another cluster than who is to hear it.</summary>
    private bool IsForeign(RaftMessage message) =>
        ClusterOf(message.From, message.Incarnation) != ClusterOf(Cluster[(int)message.To.Value]);

    private bool IsForeign(SnapshotTransfer transfer) => ClusterOf(transfer.From) != ClusterOf(Cluster[(int)transfer.To.Value]);

    /// <summary>A node is of the cluster that another one is of.</summary>
    private void PutInto(CoreNode node, MemberId cluster)
    {
        if (!cluster.IsNone) _founders[(node.Id, node.Options.Incarnation)] = cluster;
    }

    private void Solo(TraceCommand command)
    {
        var node = NextNode(command);
        DemandDown(node);
        if (node.DurableIndex == 0) throw new TraceException($"{Name(node)} holds no entry: there is nothing to go on with");
        var before = node.Options.Incarnation;
        node = node.GoAlone();
        PutInto(node, node.Id);
        _report.Cause(
            $"{Name(node)} is a cluster of one, incarnation {node.Options.Incarnation} instead of {before}: term={node.Term} vote={_text.Vote(node.Core.Vote)} "
            + TraceText.Log(node.Snapshot, node.Entries));
    }

    private void Reset(TraceCommand command)
    {
        var node = NextNode(command);
        DemandDown(node);
        var before = node.Options.Incarnation;
        node = node.Reset();
        _report.Cause($"{Name(node)} has forgotten everything, incarnation {node.Options.Incarnation} instead of {before}, and founds nothing");
    }

    private void DemandDown(CoreNode node)
    {
        if (node.IsUp) throw new TraceException($"{Name(node)} is up; 'crash {Name(node)}' first");
    }
}
