using ActorQuorum.Server.Grpc;

namespace ActorQuorum.Server.Etcd;

/// <summary>Says in etcd's words why a request was not answered: its clients tell by code and text whether to try again.</summary>
internal static class ErrorTable
{
    /// <summary>The request is over the size limit.</summary>
    public static GrpcStatus TooLarge => new(GrpcCode.InvalidArgument, "etcdserver: request is too large");

    /// <summary>A member's name or address can be none.</summary>
    public static GrpcStatus BadMember => new(GrpcCode.InvalidArgument, "etcdserver: given member URLs are invalid");

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
        QuorumError.LeaderUnreachable => new(GrpcCode.Unavailable, "etcdserver: no leader"),
        QuorumError.NotAMember => new(GrpcCode.Unavailable, "actorquorum: this node is not part of a cluster"),
        QuorumError.ChangeInProgress => new(GrpcCode.FailedPrecondition, "actorquorum: another change of the membership is in progress"),
        QuorumError.AlreadyAMember => new(GrpcCode.FailedPrecondition, "etcdserver: Peer URLs already exists"),
        QuorumError.NoSuchMember => new(GrpcCode.NotFound, "etcdserver: member not found"),
        QuorumError.NotALearner => new(GrpcCode.FailedPrecondition, "etcdserver: can only promote a learner member"),
        QuorumError.LearnerBehind => new(GrpcCode.FailedPrecondition, "etcdserver: can only promote a learner member which is in sync with leader"),
        QuorumError.TooFewVoters => new(GrpcCode.FailedPrecondition, "etcdserver: re-configuration failed due to not enough started members"),
        QuorumError.TooManyMembers => new(GrpcCode.FailedPrecondition, "actorquorum: the cluster has as many members as it may have"),
        QuorumError.UnknownProcessor => new(GrpcCode.Unimplemented, "actorquorum: no processor of this name"),
        QuorumError.ProcessorFailed => new(GrpcCode.Aborted, "actorquorum: the processor failed, its changes are discarded"),
        QuorumError.Refused => new(GrpcCode.InvalidArgument, "actorquorum: the request was refused"),
        _ => new(GrpcCode.Internal, $"actorquorum: an error without a name in etcd's API: {error}"),
    };
}
