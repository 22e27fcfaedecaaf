using ActorQuorum.Core.Raft;
using ActorQuorum.Server.Debug.Wire;
using ActorQuorum.Server.Etcd;
using ActorQuorum.Server.Grpc;
using ActorQuorum.StateMachines;
using Google.Protobuf;

namespace ActorQuorum.Server.Debug;

/// <summary>ActorQuorum's own service: the inside of the node behind this door.</summary>
/// <param name="node">The node.</param>
internal sealed class DebugService(IQuorumNode node)
{
    /// <summary>The path of <see cref="DumpAsync"/>.</summary>
    public const string DumpPath = "/actorquorum.v1.Debug/Dump";

    /// <summary>Debug/Dump.</summary>
    public async ValueTask<GrpcReply> DumpAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        DumpRequest.Parser.ParseFrom(buffer.AsSpan(Command.PrefixBytes));
        if (node is not IInspectableNode inspectable)
        {
            return GrpcReply.Failure(new GrpcStatus(GrpcCode.Unimplemented, "actorquorum: this kind of node shows nothing of its inside"));
        }

        var seen = await inspectable.InspectAsync(cancellationToken);
        return new GrpcReply(GrpcStatus.Ok, AnswerHeader.Of(seen.Status, seen.Status.Revision), Response(seen).ToByteArray());
    }

    private static DumpResponse Response(NodeInspection seen)
    {
        var status = seen.Status;
        var response = new DumpResponse
        {
            Name = status.Self.Name,
            Role = NameOf(status.Role),
            Term = status.Term,
            Vote = seen.Vote.Value,
            VoteName = NameOf(seen.Vote, status),
            Leader = status.Leader.Value,
            LeaderName = NameOf(status.Leader, status),
            Proven = status.IsProven,
            FirstIndex = seen.FirstIndex,
            LastIndex = status.LastIndex,
            LastTerm = seen.LastTerm,
            CommitIndex = status.CommitIndex,
            AppliedIndex = status.AppliedIndex,
            DurableIndex = seen.DurableIndex,
            LogSizeBytes = status.LogSizeBytes,
        };
        response.Followers.AddRange(seen.Followers.Select(follower => WireOf(follower, status)));
        response.Peers.AddRange(seen.Peers.Select(peer => new Peer
        {
            Id = peer.Id.Value,
            Name = NameOf(peer.Id, status),
            Connected = peer.IsConnected,
            QueuedMessages = peer.QueuedMessages,
            QueuedBytes = peer.QueuedBytes,
        }));
        response.Queues.AddRange(seen.Queues.Select(queue => new Queue { Name = queue.Name, Length = queue.Length, Limit = queue.Limit ?? 0 }));
        return response;
    }

    private static Follower WireOf(FollowerProgress follower, NodeStatus status) => new()
    {
        Id = follower.Id.Value,
        Name = NameOf(follower.Id, status),
        MatchIndex = follower.MatchIndex,
        NextIndex = follower.NextIndex,
        Probing = follower.IsProbing,
        Proven = follower.IsProven,
        UnderWay = follower.UnderWay,
        SinceHeardMs = (long)follower.SinceHeard.TotalMilliseconds,
    };

    private static string NameOf(Role role) => role switch
    {
        Role.Leader => "leader",
        Role.Candidate => "candidate",
        Role.PreCandidate => "pre-candidate",
        _ => "follower",
    };

    private static string NameOf(MemberId id, NodeStatus status) =>
        id.IsNone ? "" : status.Members.FirstOrDefault(member => member.Id == id)?.Name ?? id.ToString();
}
