using ActorQuorum.Server.Etcd;
using Google.Protobuf;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ActorQuorum.Server.Grpc;

/// <summary>What an exception out of a call means to its client, over gRPC as over JSON.</summary>
internal static class CallFailure
{
    /// <summary>Whether the client has gone: there is nobody to answer.</summary>
    public static bool IsGone(Exception exception, CancellationToken aborted) =>
        exception is ConnectionResetException or ConnectionAbortedException
        || (exception is OperationCanceledException or IOException && aborted.IsCancellationRequested);

    /// <summary>The status that the client gets.</summary>
    public static GrpcStatus StatusOf(Exception error, ILogger log, CancellationToken deadline)
    {
        switch (error)
        {
            case QuorumException refused:
                return ErrorTable.StatusOf(refused.Error);
            case OperationCanceledException when deadline.IsCancellationRequested:
                return new GrpcStatus(GrpcCode.DeadlineExceeded, "context deadline exceeded");
            case InvalidProtocolBufferException or BadHttpRequestException:
                return new GrpcStatus(GrpcCode.Internal, $"grpc: error unmarshalling request: {error.Message}");
            default:
                log.LogError(error, "A call failed within the server");
                return new GrpcStatus(GrpcCode.Internal, "actorquorum: the server failed at this call; its log says how");
        }
    }
}
