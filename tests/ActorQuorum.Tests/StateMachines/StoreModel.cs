using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.RangeRequest.Types;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>etcd's key-value semantics said in the plainest way, to compare the store with.</summary>
internal sealed partial class StoreModel
{
    private const string Future = "etcdserver: mvcc: required revision is a future revision";
    private const string TooOld = "etcdserver: mvcc: required revision has been compacted";
    private const string NoLease = "etcdserver: requested lease not found";

    private readonly SortedDictionary<byte[], KeyValue> _keys = new(Keys.Order);
    private readonly Dictionary<long, KeyValue[]> _past = new() { [0] = [], [1] = [] };

    /// <summary>The store's revision.</summary>
    public long Revision { get; private set; } = 1;

    /// <summary>The oldest readable revision.</summary>
    public long Compacted { get; private set; } = -1;

    public PutResponse? Put(PutRequest request, out string? error)
    {
        error = CheckPut(request) ?? (request.Lease != 0 ? NoLease : CheckKept(request));
        if (error is not null)
        {
            return null;
        }

        var response = Put(request, Revision + 1);
        Advance();
        return response;
    }

    public DeleteRangeResponse DeleteRange(DeleteRangeRequest request)
    {
        var response = DeleteRange(request, out var deleted);
        if (deleted > 0)
        {
            Advance();
        }

        return response;
    }

    public string? Compact(long revision)
    {
        if (revision <= Compacted || revision > Revision)
        {
            return revision > Revision ? Future : TooOld;
        }

        Compacted = revision;
        return null;
    }

    public RangeResponse? Range(RangeRequest request, out string? error)
    {
        error = request.Revision > Revision ? Future : request.Revision > 0 && request.Revision < Compacted ? TooOld : null;
        return error is null ? Range(request) : null;
    }

    private RangeResponse Range(RangeRequest request)
    {
        var found = Select(request.Key, request.RangeEnd, request.Revision);
        var response = new RangeResponse { Count = found.Count };
        if (request.CountOnly)
        {
            return response;
        }

        var limit = request.Limit > 0 ? (int)request.Limit : int.MaxValue - 1;
        var isBounded = request.MinModRevision != 0 || request.MaxModRevision != 0 || request.MinCreateRevision != 0 || request.MaxCreateRevision != 0;
        var kept = (isBounded || request.SortOrder != SortOrder.None ? found : found.Take(limit + 1))
            .Where(kv => request.MinModRevision == 0 || kv.ModRevision >= request.MinModRevision)
            .Where(kv => request.MaxModRevision == 0 || kv.ModRevision <= request.MaxModRevision)
            .Where(kv => request.MinCreateRevision == 0 || kv.CreateRevision >= request.MinCreateRevision)
            .Where(kv => request.MaxCreateRevision == 0 || kv.CreateRevision <= request.MaxCreateRevision)
            .ToList();
        response.More = kept.Count > limit;
        response.Kvs.AddRange(Sorted(kept, request).Take(limit).Select(kv => request.KeysOnly ? new KeyValue(kv) { Value = ByteString.Empty } : kv));
        return response;
    }

    private static IEnumerable<KeyValue> Sorted(IEnumerable<KeyValue> found, RangeRequest request) => request.SortTarget switch
    {
        SortTarget.Version => Sorted(found, request, kv => kv.Version, null),
        SortTarget.Create => Sorted(found, request, kv => kv.CreateRevision, null),
        SortTarget.Mod => Sorted(found, request, kv => kv.ModRevision, null),
        SortTarget.Value => Sorted(found, request, kv => kv.Value.ToByteArray(), Keys.Order),
        _ => Sorted(found, request, kv => kv.Key.ToByteArray(), Keys.Order),
    };

    private static IEnumerable<KeyValue> Sorted<T>(IEnumerable<KeyValue> found, RangeRequest request, Func<KeyValue, T> by, IComparer<T>? order) =>
        request.SortOrder == SortOrder.Descend ? found.OrderByDescending(by, order) : found.OrderBy(by, order);

    private static string? CheckPut(PutRequest request) =>
        request.Key.IsEmpty ? "etcdserver: key is not provided"
        : request.IgnoreValue && !request.Value.IsEmpty ? "etcdserver: value is provided"
        : request.IgnoreLease && request.Lease != 0 ? "etcdserver: lease is provided"
        : null;

    private string? CheckKept(PutRequest request) =>
        (request.IgnoreValue || request.IgnoreLease) && !_keys.ContainsKey(request.Key.ToByteArray()) ? "etcdserver: key not found" : null;

    private void Advance() => _past[++Revision] = [.. _keys.Values];

    private PutResponse Put(PutRequest request, long revision)
    {
        var previous = _keys.GetValueOrDefault(request.Key.ToByteArray());
        _keys[request.Key.ToByteArray()] = new KeyValue
        {
            Key = request.Key,
            Value = request.IgnoreValue ? previous?.Value ?? ByteString.Empty : request.Value,
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

    private List<KeyValue> Select(ByteString key, ByteString rangeEnd, long revision = 0) =>
        (revision > 0 ? (IEnumerable<KeyValue>)_past[revision] : _keys.Values)
            .Where(kv => Keys.IsIn(kv.Key.ToByteArray(), key.ToByteArray(), rangeEnd.ToByteArray())).ToList();
}
