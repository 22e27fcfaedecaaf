using System.Text;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using static ActorQuorum.StateMachines.Etcd.Compare.Types;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>Says txns and their answers in few words.</summary>
internal static class Txns
{
    /// <summary>A range_end that means every key from the first on.</summary>
    public const string ToTheEnd = "\0";

    public static ByteString Bytes(string text) => ByteString.CopyFrom(text, Encoding.Latin1);

    public static TxnRequest Do(params RequestOp[] operations) => Txn([], operations);

    public static TxnRequest Txn(Compare[] compares, RequestOp[] success, params RequestOp[] failure) =>
        new() { Compare = { compares }, Success = { success }, Failure = { failure } };

    public static RequestOp Nested(params RequestOp[] operations) => Nested([], operations);

    public static RequestOp Nested(Compare[] compares, RequestOp[] success, params RequestOp[] failure) =>
        new() { RequestTxn = Txn(compares, success, failure) };

    /// <summary>A nested txn whose second branch is <paramref name="operations"/>; the first is empty.</summary>
    public static RequestOp Else(params RequestOp[] operations) => Nested([], [], operations);

    public static RequestOp Put(string key, string value = "v", bool wantsPrevious = false, long lease = 0) =>
        new() { RequestPut = new PutRequest { Key = Bytes(key), Value = Bytes(value), PrevKv = wantsPrevious, Lease = lease } };

    public static RequestOp Get(string key, string rangeEnd = "", long revision = 0) =>
        new() { RequestRange = new RangeRequest { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), Revision = revision } };

    public static RequestOp Delete(string key, string rangeEnd = "", bool wantsPrevious = false) =>
        new() { RequestDeleteRange = new DeleteRangeRequest { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), PrevKv = wantsPrevious } };

    public static Compare Version(string key, CompareResult result, long version, string rangeEnd = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), Target = CompareTarget.Version, Result = result, Version = version };

    public static Compare Created(string key, CompareResult result, long revision, string rangeEnd = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), Target = CompareTarget.Create, Result = result, CreateRevision = revision };

    public static Compare Modified(string key, CompareResult result, long revision, string rangeEnd = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), Target = CompareTarget.Mod, Result = result, ModRevision = revision };

    public static Compare Value(string key, CompareResult result, string value, string rangeEnd = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), Target = CompareTarget.Value, Result = result, Value = Bytes(value) };

    public static Compare Lease(string key, CompareResult result, long lease, string rangeEnd = "") =>
        new() { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), Target = CompareTarget.Lease, Result = result, Lease = lease };

    /// <summary>The answer in one line: keys are key=value/create/mod/version, @ is the revision of a header.</summary>
    public static string Say(TxnResponse response) =>
        $"{(response.Succeeded ? "then" : "else")}{string.Concat(response.Responses.Select(part => "; " + Say(part)))}";

    private static string Say(ResponseOp part) => part.ResponseCase switch
    {
        ResponseOp.ResponseOneofCase.ResponseRange =>
            $"get@{part.ResponseRange.Header.Revision} {part.ResponseRange.Count}{Say(part.ResponseRange.Kvs)}",
        ResponseOp.ResponseOneofCase.ResponsePut =>
            $"put@{part.ResponsePut.Header.Revision}{(part.ResponsePut.PrevKv is { } previous ? Say([previous]) : "")}",
        ResponseOp.ResponseOneofCase.ResponseDeleteRange =>
            $"del@{part.ResponseDeleteRange.Header.Revision} {part.ResponseDeleteRange.Deleted}{Say(part.ResponseDeleteRange.PrevKvs)}",
        ResponseOp.ResponseOneofCase.ResponseTxn => $"txn@{part.ResponseTxn.Header.Revision} ({Say(part.ResponseTxn)})",
        _ => "nothing",
    };

    private static string Say(IEnumerable<KeyValue> found) => string.Concat(found.Select(kv =>
        $" {kv.Key.ToStringUtf8()}={kv.Value.ToStringUtf8()}/{kv.CreateRevision}/{kv.ModRevision}/{kv.Version}"));
}
