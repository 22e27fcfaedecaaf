using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.RangeRequest.Types;

namespace ActorQuorum.EndToEnd.Tests.Etcd;

/// <summary>
/// etcd leaves open how keys of equal rank stand when it sorts many: its sort is stable only for a dozen. There the ranks must be the same, and
/// the keys of each rank that was not cut by the limit.
/// </summary>
internal static class TieOrder
{
    private const int StableUpTo = 12;

    /// <summary>etcd's answer, with the keys of equal rank in our order where their order is open.</summary>
    public static IMessage? Like(IMessage? ours, IMessage? etcds, IMessage request)
    {
        switch (ours, etcds, request)
        {
            case (RangeResponse our, RangeResponse etcd, RangeRequest range):
                return Like(our, etcd, range);
            case (TxnResponse our, TxnResponse etcd, TxnRequest txn):
                var operations = etcd.Succeeded ? txn.Success : txn.Failure;
                for (var i = 0; i < Math.Min(our.Responses.Count, etcd.Responses.Count); i++)
                {
                    if (operations[i].RequestRange is { } nestedRange)
                        etcd.Responses[i].ResponseRange = Like(our.Responses[i].ResponseRange, etcd.Responses[i].ResponseRange, nestedRange);
                    else if (operations[i].RequestTxn is { } nestedTxn)
                        Like(our.Responses[i].ResponseTxn, etcd.Responses[i].ResponseTxn, nestedTxn);
                }

                return etcd;
            default:
                return etcds;
        }
    }

    private static RangeResponse Like(RangeResponse ours, RangeResponse etcds, RangeRequest range)
    {
        if (range.SortTarget == SortTarget.Key || etcds.Count <= StableUpTo || ours?.Kvs.Count != etcds.Kvs.Count)
            return etcds;
        var like = etcds.Clone();
        for (var from = 0; from < etcds.Kvs.Count;)
        {
            var rank = Rank(etcds.Kvs[from], range);
            var keys = etcds.Kvs.Skip(from).TakeWhile(kv => Rank(kv, range).Equals(rank)).ToArray();
            var ourKeys = ours.Kvs.Skip(from).Take(keys.Length).ToArray();
            var isCut = etcds.More && from + keys.Length == etcds.Kvs.Count;
            var isSame = isCut
                ? ourKeys.All(kv => Rank(kv, range).Equals(rank))
                : keys.ToHashSet().SetEquals(ourKeys);
            for (var i = 0; isSame && i < keys.Length; i++)
                like.Kvs[from + i] = ourKeys[i];
            from += keys.Length;
        }

        return like;
    }

    // With keys alone the rank by value does not show: then all are of one.
    private static object Rank(KeyValue kv, RangeRequest range) => range.SortTarget switch
    {
        SortTarget.Version => kv.Version,
        SortTarget.Create => kv.CreateRevision,
        SortTarget.Mod => kv.ModRevision,
        _ => kv.Value,
    };
}
