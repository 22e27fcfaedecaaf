using System.Text;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.EndToEnd.Tests.Etcd;

/// <summary>One call of etcd's KV service.</summary>
internal sealed record KeyValueCall(string Method, IMessage Request, MessageParser Parser)
{
    /// <summary>A range_end that means every key from the first on.</summary>
    public const string ToTheEnd = "\0";

    public static implicit operator KeyValueCall(RangeRequest range) => new("/etcdserverpb.KV/Range", range, RangeResponse.Parser);

    public static implicit operator KeyValueCall(PutRequest put) => new("/etcdserverpb.KV/Put", put, PutResponse.Parser);

    public static implicit operator KeyValueCall(DeleteRangeRequest delete) =>
        new("/etcdserverpb.KV/DeleteRange", delete, DeleteRangeResponse.Parser);

    public static implicit operator KeyValueCall(TxnRequest txn) => new("/etcdserverpb.KV/Txn", txn, TxnResponse.Parser);

    public static implicit operator KeyValueCall(CompactionRequest compaction) =>
        new("/etcdserverpb.KV/Compact", compaction, CompactionResponse.Parser);

    public static ByteString Bytes(string text) => ByteString.CopyFrom(text, Encoding.Latin1);

    public static PutRequest Put(string key, string value = "v") => new() { Key = Bytes(key), Value = Bytes(value) };

    public static RangeRequest Get(string key, string rangeEnd = "", long revision = 0) =>
        new() { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), Revision = revision };

    public static DeleteRangeRequest Delete(string key, string rangeEnd = "") => new() { Key = Bytes(key), RangeEnd = Bytes(rangeEnd) };

    public static CompactionRequest Compact(long revision, bool physical = false) => new() { Revision = revision, Physical = physical };

    /// <summary>A txn without compares; the operations are PutRequests, RangeRequests, DeleteRangeRequests and TxnRequests.</summary>
    public static TxnRequest Do(params IMessage[] operations) => new() { Success = { operations.Select(Operation) } };

    /// <summary>A txn whose other branch is given.</summary>
    public static TxnRequest Else(params IMessage[] operations) => new() { Failure = { operations.Select(Operation) } };

    public static RequestOp Operation(IMessage request) => request switch
    {
        RangeRequest range => new RequestOp { RequestRange = range },
        PutRequest put => new RequestOp { RequestPut = put },
        DeleteRangeRequest delete => new RequestOp { RequestDeleteRange = delete },
        TxnRequest txn => new RequestOp { RequestTxn = txn },
        _ => throw new ArgumentException($"no operation of a txn: {request.Descriptor.Name}", nameof(request)),
    };

    public override string ToString()
    {
        var text = Request.ToString()!;
        return $"{Method[(Method.LastIndexOf('/') + 1)..]} {(text.Length > 800 ? text[..800] + "…" : text)}";
    }
}
