using System.Collections.Frozen;
using ActorQuorum.Server.Etcd.Wire;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Server.Http;

/// <summary>A path of the gateway.</summary>
/// <param name="Method">The gRPC method behind it.</param>
/// <param name="NewRequest">Makes an empty request.</param>
/// <param name="ReadAnswer">Reads the method's answer.</param>
internal sealed record GatewayRoute(string Method, Func<IMessage> NewRequest, Func<byte[], IMessage> ReadAnswer);

/// <summary>The paths of the gateway, as etcd's.</summary>
internal static class GatewayRoutes
{
    /// <summary>What the paths begin with.</summary>
    public const string Prefix = "/v3/";

    /// <summary>What they began with before etcd 3.4, which takes both.</summary>
    public const string OlderPrefix = "/v3beta/";

    private static readonly FrozenDictionary<string, GatewayRoute> s_routes = new Dictionary<string, GatewayRoute>
    {
        ["kv/range"] = Route<RangeRequest, RangeResponse>("/etcdserverpb.KV/Range", RangeResponse.Parser),
        ["kv/put"] = Route<PutRequest, PutResponse>("/etcdserverpb.KV/Put", PutResponse.Parser),
        ["kv/deleterange"] = Route<DeleteRangeRequest, DeleteRangeResponse>("/etcdserverpb.KV/DeleteRange", DeleteRangeResponse.Parser),
        ["kv/txn"] = Route<TxnRequest, TxnResponse>("/etcdserverpb.KV/Txn", TxnResponse.Parser),
        ["kv/compaction"] = Route<CompactionRequest, CompactionResponse>("/etcdserverpb.KV/Compact", CompactionResponse.Parser),
        ["cluster/member/list"] = Route<MemberListRequest, MemberListResponse>("/etcdserverpb.Cluster/MemberList", MemberListResponse.Parser),
        ["cluster/member/add"] = Route<MemberAddRequest, MemberAddResponse>("/etcdserverpb.Cluster/MemberAdd", MemberAddResponse.Parser),
        ["cluster/member/remove"] = Route<MemberRemoveRequest, MemberRemoveResponse>("/etcdserverpb.Cluster/MemberRemove", MemberRemoveResponse.Parser),
        ["cluster/member/update"] = Route<MemberUpdateRequest, MemberUpdateResponse>("/etcdserverpb.Cluster/MemberUpdate", MemberUpdateResponse.Parser),
        ["cluster/member/promote"] = Route<MemberPromoteRequest, MemberPromoteResponse>("/etcdserverpb.Cluster/MemberPromote", MemberPromoteResponse.Parser),
        ["maintenance/status"] = Route<StatusRequest, StatusResponse>("/etcdserverpb.Maintenance/Status", StatusResponse.Parser),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The route of a path, or null.</summary>
    public static GatewayRoute? Find(string path)
    {
        var prefix = path.StartsWith(Prefix, StringComparison.Ordinal) ? Prefix : OlderPrefix;
        return path.StartsWith(prefix, StringComparison.Ordinal) ? s_routes.GetValueOrDefault(path[prefix.Length..]) : null;
    }

    private static GatewayRoute Route<TRequest, TResponse>(string method, MessageParser<TResponse> parser)
        where TRequest : IMessage, new()
        where TResponse : IMessage<TResponse> =>
        new(method, static () => new TRequest(), bytes => parser.ParseFrom(bytes));
}
