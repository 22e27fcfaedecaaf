using ActorQuorum.Server.Etcd;
using ActorQuorum.Server.Grpc;
using ActorQuorum.Server.Solo.Wire;
using ActorQuorum.StateMachines;

namespace ActorQuorum.Server.Solo;

/// <summary>ActorQuorum's own service: the node behind this door leaves its cluster, or forgets what it holds.</summary>
/// <param name="node">The node.</param>
internal sealed class SoloService(IQuorumNode node)
{
    /// <summary>The path of <see cref="GoAloneAsync"/>.</summary>
    public const string GoAlonePath = "/actorquorum.v1.Solo/GoAlone";

    /// <summary>The path of <see cref="ResetAsync"/>.</summary>
    public const string ResetPath = "/actorquorum.v1.Solo/Reset";

    /// <summary>Solo/GoAlone.</summary>
    public ValueTask<GrpcReply> GoAloneAsync(byte[] buffer, CancellationToken cancellationToken) =>
        BeginAnewAsync(buffer, static (alone, token) => alone.SoloAsync(token), cancellationToken);

    /// <summary>Solo/Reset.</summary>
    public ValueTask<GrpcReply> ResetAsync(byte[] buffer, CancellationToken cancellationToken) =>
        BeginAnewAsync(buffer, static (alone, token) => alone.ResetAsync(token), cancellationToken);

    private async ValueTask<GrpcReply> BeginAnewAsync(
        byte[] buffer, Func<ISoloNode, CancellationToken, Task> begin, CancellationToken cancellationToken)
    {
        var request = SoloRequest.Parser.ParseFrom(buffer.AsSpan(Command.PrefixBytes));
        if (node is not ISoloNode alone)
        {
            return Failure(GrpcCode.Unimplemented, "this kind of node does not begin anew while it runs");
        }

        var (clusterId, self) = (node.Status.ClusterId, node.Status.Self);
        if (request.ClusterId != clusterId || request.MemberId != self.Id.Value)
        {
            return Failure(
                GrpcCode.FailedPrecondition,
                $"here is {self.Name} (member {self.Id}) of cluster {clusterId:x16}, and asked for is member {request.MemberId:x} of cluster {request.ClusterId:x16}; nothing was changed");
        }

        try
        {
            await begin(alone, cancellationToken);
        }
        catch (InvalidOperationException cannot)
        {
            return Failure(GrpcCode.FailedPrecondition, cannot.Message);
        }
        catch (QuorumException refused)
        {
            return Failure(ErrorTable.StatusOf(refused.Error).Code, refused.Message);
        }
        catch (IOException failed)
        {
            return Failure(GrpcCode.Internal, failed.Message);
        }

        return new GrpcReply(GrpcStatus.Ok, AnswerHeader.Of(node.Status, node.Status.Revision), default);
    }

    private static GrpcReply Failure(GrpcCode code, string why) => GrpcReply.Failure(new GrpcStatus(code, $"actorquorum: {why}"));
}
