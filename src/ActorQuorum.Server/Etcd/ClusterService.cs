using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.Server.Grpc;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Etcd;

/// <summary>etcd's Cluster service: who the members are.</summary>
/// <param name="node">The node behind this door.</param>
internal sealed class ClusterService(IQuorumNode node)
{
    /// <summary>Any query confirms that this node's view is not stale; counting one key is the cheapest.</summary>
    public static ReadOnlyMemory<byte> Probe { get; } =
        Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFrom(0), CountOnly = true });

    /// <summary>Cluster/MemberList.</summary>
    public async ValueTask<GrpcReply> MemberListAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var request = MemberListRequest.Parser.ParseFrom(buffer.AsSpan(Command.PrefixBytes));
        if (request.Linearizable)
        {
            await node.QueryAsync(Probe, Consistency.Linearizable, cancellationToken);
        }

        var status = node.Status;
        var response = new MemberListResponse();
        response.Members.AddRange(status.Members.Select(member => new Member
        {
            ID = member.Id.Value,
            Name = member.Name,
            PeerURLs = { "http://" + member.PeerAddress },
            ClientURLs = { "http://" + member.ClientAddress },
        }));
        return new GrpcReply(GrpcStatus.Ok, AnswerHeader.Of(status, revision: 0), response.ToByteArray());
    }
}
