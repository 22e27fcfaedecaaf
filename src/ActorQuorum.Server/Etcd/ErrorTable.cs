using ActorQuorum.Server.Grpc;

namespace ActorQuorum.Server.Etcd;

/// <summary>Says in etcd's words why a request was not answered: its clients tell by code and text whether to try again.</summary>
internal static class ErrorTable
{
    /// <summary>The request is over the size limit.</summary>
    public static GrpcStatus TooLarge => new(GrpcCode.InvalidArgument, "etcdserver: request is too large");

    /// <summary>The status for an error.</summary>
    public static GrpcStatus StatusOf(QuorumError error) => error switch
    {
        QuorumError.NoLeader => new(GrpcCode.Unavailable, "etcdserver: no leader"),
        QuorumError.TimedOut => new(GrpcCode.Unavailable, "etcdserver: request timed out"),
        QuorumError.OutcomeUnknown =>
            new(GrpcCode.Unavailable, "etcdserver: request timed out, possibly due to previous leader failure"),
        QuorumError.Overloaded => new(GrpcCode.ResourceExhausted, "etcdserver: too many requests"),
        QuorumError.TooLarge => TooLarge,
        QuorumError.DiskNearlyFull => new(GrpcCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"),
        QuorumError.Stopped => new(GrpcCode.Unavailable, "etcdserver: server stopped"),
        _ => new(GrpcCode.Internal, $"actorquorum: an error without a name in etcd's API: {error}"),
    };
}
