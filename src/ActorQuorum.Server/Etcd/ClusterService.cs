using ActorQuorum.Core.Raft;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.Server.Grpc;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Etcd;

/// <summary>etcd's Cluster service: who the members are, and changes of them.</summary>
/// <param name="node">The node behind this door.</param>
internal sealed class ClusterService(IQuorumNode node)
{
    /// <summary>Any query confirms that this node's view is not stale; counting one key is the cheapest.</summary>
    public static ReadOnlyMemory<byte> Probe { get; } =
        Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFrom(0), CountOnly = true });

    /// <summary>Cluster/MemberList.</summary>
    public async ValueTask<GrpcReply> MemberListAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var request = MemberListRequest.Parser.ParseFrom(Request(buffer));
        if (request.Linearizable)
        {
            await node.QueryAsync(Probe, Consistency.Linearizable, cancellationToken);
        }

        var response = new MemberListResponse();
        response.Members.AddRange(node.Status.Members.Select(MemberUrls.ToWire));
        return Reply(response);
    }

    /// <summary>Cluster/MemberAdd: voters to be, or learners.</summary>
    public ValueTask<GrpcReply> MemberAddAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var request = MemberAddRequest.Parser.ParseFrom(Request(buffer));
        if (MemberUrls.NewcomersOf(request) is not { } newcomers)
        {
            return new(GrpcReply.Failure(ErrorTable.BadMember));
        }

        return ChangeAsync(
            membership => request.IsLearner
                ? membership.AttachLearnersAsync(newcomers, cancellationToken)
                : membership.AttachAsync(newcomers, cancellationToken: cancellationToken),
            members => new MemberAddResponse
            {
                Member = members.Select(MemberUrls.ToWire).FirstOrDefault(member => member.PeerURLs.Contains("http://" + newcomers[0].PeerAddress)),
                Members = { members.Select(MemberUrls.ToWire) },
            });
    }

    /// <summary>Cluster/MemberRemove.</summary>
    public ValueTask<GrpcReply> MemberRemoveAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var request = MemberRemoveRequest.Parser.ParseFrom(Request(buffer));
        return ChangeAsync(
            membership => membership.DetachAsync(Ids(request.ID, request.Others), cancellationToken),
            members => new MemberRemoveResponse { Members = { members.Select(MemberUrls.ToWire) } });
    }

    /// <summary>Cluster/MemberUpdate: another address.</summary>
    public ValueTask<GrpcReply> MemberUpdateAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var request = MemberUpdateRequest.Parser.ParseFrom(Request(buffer));
        return MemberUrls.ContactOf(request) is { } contact
            ? ChangeAsync(
                membership => membership.UpdateAsync(new(request.ID), contact, cancellationToken),
                members => new MemberUpdateResponse { Members = { members.Select(MemberUrls.ToWire) } })
            : new(GrpcReply.Failure(ErrorTable.BadMember));
    }

    /// <summary>Cluster/MemberPromote: a learner votes from now on.</summary>
    public ValueTask<GrpcReply> MemberPromoteAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var request = MemberPromoteRequest.Parser.ParseFrom(Request(buffer));
        return ChangeAsync(
            membership => membership.PromoteAsync(Ids(request.ID, request.Others), cancellationToken),
            members => new MemberPromoteResponse { Members = { members.Select(MemberUrls.ToWire) } });
    }

    private static ReadOnlySpan<byte> Request(byte[] buffer) => buffer.AsSpan(Command.PrefixBytes);

    private static MemberId[] Ids(ulong first, IEnumerable<ulong> others) => [.. others.Prepend(first).Distinct().Select(id => new MemberId(id))];

    private GrpcReply Reply(IMessage response) => new(GrpcStatus.Ok, AnswerHeader.Of(node.Status, revision: 0), response.ToByteArray());

    private async ValueTask<GrpcReply> ChangeAsync(
        Func<IMembershipNode, Task<IReadOnlyList<MemberInfo>>> change, Func<IReadOnlyList<MemberInfo>, IMessage> answer)
    {
        if (node is not IMembershipNode membership)
            return GrpcReply.Failure(new(GrpcCode.Unimplemented, "actorquorum: the members of this node's cluster do not change"));
        try
        {
            return Reply(answer(await change(membership)));
        }
        catch (QuorumException e) when (e.Error == QuorumError.Refused)
        {
            return GrpcReply.Failure(new(GrpcCode.InvalidArgument, $"actorquorum: {e.Message}"));
        }
    }
}
