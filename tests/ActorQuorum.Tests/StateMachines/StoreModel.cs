using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>etcd's key-value semantics said in the plainest way, to compare the store with.</summary>
internal sealed partial class StoreModel
{
    private readonly SortedDictionary<byte[], KeyValue> _keys = new(Keys.Order);

    /// <summary>The store's revision.</summary>
    public long Revision { get; private set; } = 1;

    public PutResponse Put(PutRequest request) => Put(request, ++Revision);

    public DeleteRangeResponse DeleteRange(DeleteRangeRequest request)
    {
        var response = DeleteRange(request, out var deleted);
        Revision += deleted > 0 ? 1 : 0;
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

    private PutResponse Put(PutRequest request, long revision)
    {
        var previous = _keys.GetValueOrDefault(request.Key.ToByteArray());
        _keys[request.Key.ToByteArray()] = new KeyValue
        {
            Key = request.Key,
            Value = request.Value,
            CreateRevision = previous?.CreateRevision ?? revision,
            ModRevision = revision,
            Version = (previous?.Version ?? 0) + 1,
        };
        return new PutResponse { PrevKv = request.PrevKv ? previous : null };
    }

    private DeleteRangeResponse DeleteRange(DeleteRangeRequest request, out int deleted)
    {
        var doomed = Select(request.Key, request.RangeEnd);
        deleted = doomed.Count;
        doomed.ForEach(kv => _keys.Remove(kv.Key.ToByteArray()));
        var response = new DeleteRangeResponse { Deleted = doomed.Count };
        response.PrevKvs.AddRange(request.PrevKv ? doomed : []);
        return response;
    }

    private List<KeyValue> Select(ByteString key, ByteString rangeEnd) =>
        _keys.Values.Where(kv => Keys.IsIn(kv.Key.ToByteArray(), key.ToByteArray(), rangeEnd.ToByteArray())).ToList();
}
