using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>etcd's key-value semantics said in the plainest way, to compare the store with.</summary>
internal sealed class StoreModel
{
    private readonly SortedDictionary<byte[], KeyValue> _keys = new(Keys.Order);

    /// <summary>The store's revision.</summary>
    public long Revision { get; private set; } = 1;

    public PutResponse Put(PutRequest request)
    {
        Revision++;
        var previous = _keys.GetValueOrDefault(request.Key.ToByteArray());
        _keys[request.Key.ToByteArray()] = new KeyValue
        {
            Key = request.Key,
            Value = request.Value,
            CreateRevision = previous?.CreateRevision ?? Revision,
            ModRevision = Revision,
            Version = (previous?.Version ?? 0) + 1,
        };
        return new PutResponse { PrevKv = request.PrevKv ? previous : null };
    }

    public DeleteRangeResponse DeleteRange(DeleteRangeRequest request)
    {
        var doomed = Select(request.Key, request.RangeEnd);
        Revision += doomed.Count > 0 ? 1 : 0;
        doomed.ForEach(kv => _keys.Remove(kv.Key.ToByteArray()));
        var response = new DeleteRangeResponse { Deleted = doomed.Count };
        response.PrevKvs.AddRange(request.PrevKv ? doomed : []);
        return response;
    }

    public RangeResponse Range(RangeRequest request)
    {
        var found = Select(request.Key, request.RangeEnd);
        var response = new RangeResponse { Count = found.Count };
        if (!request.CountOnly)
        {
            var limit = request.Limit > 0 ? (int)request.Limit : int.MaxValue;
            response.More = found.Count > limit;
            response.Kvs.AddRange(found.Take(limit).Select(kv => request.KeysOnly ? new KeyValue(kv) { Value = ByteString.Empty } : kv));
        }

        return response;
    }

    private List<KeyValue> Select(ByteString key, ByteString rangeEnd) =>
        _keys.Values.Where(kv => Keys.IsIn(kv.Key.ToByteArray(), key.ToByteArray(), rangeEnd.ToByteArray())).ToList();
}
