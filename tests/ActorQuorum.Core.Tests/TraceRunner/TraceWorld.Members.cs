using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.Core.Tests.Harness;

namespace ActorQuorum.Core.Tests.TraceRunner;

/// <content>The commands that change the members, and those of snapshots.</content>
internal sealed partial class TraceWorld
{
    private static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(30);

    private void Attach(TraceCommand command)
    {
        var patience = command.Option("patience") is { } time ? Time(time) : UsualPatience;
        Change(command, "attach", newcomers => new AttachMembers([.. newcomers.Select(CoreCluster.NewcomerOf)], patience), mayBeNew: true);
    }

    private void Learn(TraceCommand command) =>
        Change(command, "learn", newcomers => new AddLearners([.. newcomers.Select(CoreCluster.NewcomerOf)]), mayBeNew: true);

    private void Promote(TraceCommand command) => Change(command, "promote", members => new PromoteMembers([.. members.Select(CoreCluster.Id)]));

    private void Detach(TraceCommand command) => Change(command, "detach", members => new DetachMembers([.. members.Select(CoreCluster.Id)]));

    private void Change(TraceCommand command, string verb, Func<IEnumerable<int>, MembershipChange> change, bool mayBeNew = false)
    {
        var node = NextLiveNode(command);
        var names = new List<string> { command.Next("a node") };
        while (command.TryNext() is { } name) names.Add(name);
        if (mayBeNew) foreach (var name in names.Where(n => !_nodes.Has(n)).ToList()) Register(name, ClusterOf(node));
        var numbers = names.Select(_nodes.NumberOf).ToImmutableArray();
        var id = ++_lastRequestId;
        _report.Cause($"{Name(node)} is asked to {verb} {string.Join(' ', names)}: request {id}");
        Turn(node, new ChangeMembers(id, change(numbers)));
    }

    /// <summary>A node that is to join has a name before its process runs.</summary>
    private void Register(string name, MemberId cluster)
    {
        _nodes.AddJoining(name);
        var newcomer = Cluster.Join();
        newcomer.IsUp = false;
        PutInto(newcomer, cluster);
    }

    private void Join(TraceCommand command)
    {
        var name = command.Next("a node");
        if (!_nodes.Has(name)) throw new TraceException($"no node is named '{name}'; 'attach' or 'learn' it first");
        var node = NodeOf(name);
        if (node.IsUp || node.State != HardState.Initial) throw new TraceException($"{name} has run before; 'restart {name}' or 'wipe {name}'");
        Cluster.Replace(node, DurableState.Empty, node.Options.Incarnation);
        _report.Cause($"{name} starts with an empty disk, and founds nothing");
    }

    private void TakeSnapshot(TraceCommand command)
    {
        var node = NextLiveNode(command);
        if (node.Applied.Count <= node.Snapshot.Index) throw new TraceException($"{Name(node)} has applied nothing behind its snapshot");
        _report.Cause($"{Name(node)} has a durable snapshot up to {node.Applied[^1].Index}:{node.Applied[^1].Term}");
        node.TakeSnapshot();
        FinishTurn(node);
    }

    private void DeliverSnapshot(TraceCommand command) => DeliverSnapshots(Between(command));

    private bool DeliverSnapshots(Func<SnapshotTransfer, bool> which)
    {
        var batch = Cluster.Transfers.Where(which).ToList();
        foreach (var transfer in batch)
        {
            Cluster.Transfers.Remove(transfer);
            var node = Cluster[(int)transfer.To.Value];
            if (!node.IsUp || _isolated.Contains(transfer.From.Id) || _isolated.Contains(transfer.To) || IsForeign(transfer))
            {
                Lose(transfer);
                continue;
            }

            _report.Cause($"{Name(node)} has the snapshot of {Name(transfer.From)} up to {transfer.Mark.Index}:{transfer.Mark.Term}");
            node.Hear(transfer);
            FinishTurn(node);
            if (transfer.From.IsUp) Turn(transfer.From, new SnapshotSent(transfer.To, transfer.Mark));
        }

        return batch.Count > 0;
    }

    private void LoseSnapshot(TraceCommand command)
    {
        foreach (var transfer in Cluster.Transfers.Where(Between(command)).ToList())
        {
            Cluster.Transfers.Remove(transfer);
            Lose(transfer);
        }
    }

    private void Lose(SnapshotTransfer transfer)
    {
        _report.Cause($"lost from {Name(transfer.From)} to {_nodes.NameOf(transfer.To)}: the snapshot up to {transfer.Mark.Index}:{transfer.Mark.Term}");
        if (transfer.From.IsUp) Turn(transfer.From, new SnapshotFailed(transfer.To));
    }

    private Func<SnapshotTransfer, bool> Between(TraceCommand command)
    {
        var from = command.Option("from") is { } sender ? NodeOf(sender).Id : MemberId.None;
        var to = command.Option("to") is { } receiver ? NodeOf(receiver).Id : MemberId.None;
        return transfer => (from.IsNone || transfer.From.Id == from) && (to.IsNone || transfer.To == to);
    }
}

/// <summary>A snapshot on its way, as far as sender and receiver go.</summary>
internal static class TransferAsMessage
{
    public static RaftMessage AsMessage(this SnapshotTransfer transfer) => new TimeoutNow(0, transfer.From.Id, transfer.To, transfer.Term, 0);
}
