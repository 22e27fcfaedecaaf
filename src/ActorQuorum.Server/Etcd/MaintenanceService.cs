using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.Server.Grpc;
using ActorQuorum.StateMachines;
using Google.Protobuf;

namespace ActorQuorum.Server.Etcd;

/// <summary>etcd's Maintenance service: how the node is, and all its data as one file.</summary>
/// <param name="node">The node behind this door.</param>
/// <param name="time">The clock by which a client that takes nothing is cut off.</param>
internal sealed class MaintenanceService(IQuorumNode node, TimeProvider time)
{
    /// <summary>The version of etcd's API that is spoken here; clients choose what they send by it. It is no version of ours.</summary>
    public const string ApiVersion = "3.5.0";

    /// <summary>Maintenance/Snapshot: a stream of pieces. What is in them is our own format (docs/snapshots.md), not etcd's.</summary>
    public async ValueTask<GrpcReply> SnapshotAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        SnapshotRequest.Parser.ParseFrom(buffer.AsSpan(Command.PrefixBytes));
        if (node is not ISnapshotNode source)
        {
            return GrpcReply.Failure(new GrpcStatus(GrpcCode.Unimplemented, "actorquorum: this kind of node gives no snapshot away"));
        }

        var export = await source.ExportAsync(cancellationToken);
        var status = node.Status;
        return new GrpcReply(GrpcStatus.Ok, default, default)
        {
            Stream = (writer, gone) => SnapshotStream.SendAsync(export, status, writer, time, gone),
        };
    }

    /// <summary>Maintenance/Status.</summary>
    public ValueTask<GrpcReply> StatusAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        StatusRequest.Parser.ParseFrom(buffer.AsSpan(Command.PrefixBytes));
        var status = node.Status;
        var response = new StatusResponse
        {
            Version = ApiVersion,
            DbSize = status.LogSizeBytes,
            DbSizeInUse = status.LogSizeBytes,
            Leader = status.Leader.Value,
            RaftIndex = (ulong)status.CommitIndex,
            RaftTerm = (ulong)status.Term,
            RaftAppliedIndex = (ulong)status.AppliedIndex,
        };
        if (status.Leader.IsNone)
        {
            response.Errors.Add(ErrorTable.StatusOf(QuorumError.NoLeader).Message);
        }

        if (!status.IsProven)
        {
            response.Errors.Add("actorquorum: this node's data directory is not proven yet: it follows, but neither votes nor counts");
        }

        return ValueTask.FromResult(new GrpcReply(GrpcStatus.Ok, AnswerHeader.Of(status, status.Revision), response.ToByteArray()));
    }
}
