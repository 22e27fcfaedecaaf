using ActorQuorum.Server.Grpc;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Server.Etcd;

/// <summary>etcd's KV service. What could only be refused is refused here, before it costs the cluster a log entry.</summary>
/// <param name="node">The node behind this door.</param>
/// <param name="requestLimitBytes">The largest command.</param>
internal sealed class KeyValueService(IQuorumNode node, int requestLimitBytes)
{
    /// <summary>KV/Range.</summary>
    public ValueTask<GrpcReply> RangeAsync(byte[] buffer, CancellationToken cancellationToken) =>
        RangeFields.Read(Request(buffer), out var fields) is { } refusal
            ? ValueTask.FromResult(Refused(refusal))
            : QueryAsync(buffer, CommandKind.Range, fields.IsSerializable, cancellationToken);

    /// <summary>KV/Put.</summary>
    public ValueTask<GrpcReply> PutAsync(byte[] buffer, CancellationToken cancellationToken) =>
        ProposeAsync(buffer, CommandKind.Put, PutFields.Read(Request(buffer), out _), cancellationToken);

    /// <summary>KV/DeleteRange.</summary>
    public ValueTask<GrpcReply> DeleteRangeAsync(byte[] buffer, CancellationToken cancellationToken) =>
        ProposeAsync(buffer, CommandKind.DeleteRange, DeleteRangeFields.Read(Request(buffer), out _), cancellationToken);

    /// <summary>KV/Txn. One that only reads costs no log entry.</summary>
    public ValueTask<GrpcReply> TxnAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var refusal = TxnFields.Read(Request(buffer), out var txn);
        return refusal is null && txn.WritesNothing
            ? QueryAsync(buffer, CommandKind.Txn, txn.IsSerializable, cancellationToken)
            : ProposeAsync(buffer, CommandKind.Txn, refusal, cancellationToken);
    }

    /// <summary>KV/Compact.</summary>
    public ValueTask<GrpcReply> CompactAsync(byte[] buffer, CancellationToken cancellationToken) =>
        ProposeAsync(buffer, CommandKind.Compact, CompactionFields.Read(Request(buffer), out _), cancellationToken);

    private static ReadOnlyMemory<byte> Request(byte[] buffer) => buffer.AsMemory(Command.PrefixBytes);

    private static GrpcReply Refused(Refusal refusal) => GrpcReply.Failure(new GrpcStatus((GrpcCode)refusal.Code, refusal.Error));

    private async ValueTask<GrpcReply> QueryAsync(
        byte[] buffer, CommandKind kind, bool isSerializable, CancellationToken cancellationToken)
    {
        var consistency = isSerializable ? Consistency.Serializable : Consistency.Linearizable;
        return Reply(await node.QueryAsync(Command.Seal(buffer, kind), consistency, cancellationToken));
    }

    private async ValueTask<GrpcReply> ProposeAsync(
        byte[] buffer, CommandKind kind, Refusal? refusal, CancellationToken cancellationToken)
    {
        if (refusal is not null)
        {
            return Refused(refusal);
        }

        // The bound is on the command as the log holds it, so that no node refuses later what this one let in.
        return buffer.Length > requestLimitBytes
            ? GrpcReply.Failure(ErrorTable.TooLarge)
            : Reply(await node.ProposeAsync(Command.Seal(buffer, kind), cancellationToken));
    }

    private GrpcReply Reply(CommandResult result) =>
        result.IsSuccess
            ? new GrpcReply(GrpcStatus.Ok, AnswerHeader.Of(node.Status, result.Revision), result.Payload)
            : GrpcReply.Failure(new GrpcStatus((GrpcCode)result.Code, result.Error));
}
