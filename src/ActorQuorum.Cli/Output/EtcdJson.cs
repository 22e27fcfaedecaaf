using System.Text.Json;
using ActorQuorum.Cli.Keys;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace ActorQuorum.Cli.Output;

/// <summary>Answers of the KV service as <c>etcdctl -w json</c> prints them: keys and values in base64, numbers as numbers, zeroes left out.</summary>
internal sealed class EtcdJson(Utf8JsonWriter json, Keyspace keys)
{
    public void Write(PutResponse answer) => json.Object(() => Members(answer));

    public void Write(RangeResponse answer) => json.Object(() => Members(answer));

    public void Write(DeleteRangeResponse answer) => json.Object(() => Members(answer));

    public void Write(CompactionResponse answer) => json.Object(() => Header(answer.Header));

    public void Write(TxnResponse answer) => json.Object(() => Members(answer));

    private void Members(PutResponse answer)
    {
        Header(answer.Header);
        if (answer.PrevKv is { } previous)
        {
            json.WritePropertyName("prev_kv");
            json.Object(() => Members(previous));
        }
    }

    private void Members(RangeResponse answer)
    {
        Header(answer.Header);
        Pairs("kvs", answer.Kvs);
        if (answer.More) json.WriteBoolean("more", true);
        Number("count", answer.Count);
    }

    private void Members(DeleteRangeResponse answer)
    {
        Header(answer.Header);
        Number("deleted", answer.Deleted);
        Pairs("prev_kvs", answer.PrevKvs);
    }

    private void Members(TxnResponse answer)
    {
        Header(answer.Header);
        if (answer.Succeeded) json.WriteBoolean("succeeded", true);
        if (answer.Responses.Count == 0) return;
        json.WritePropertyName("responses");
        json.Objects(answer.Responses, response =>
        {
            json.WritePropertyName("Response");
            json.Object(() => Response(response));
        });
    }

    private void Response(ResponseOp response)
    {
        switch (response.ResponseCase)
        {
            case ResponseOp.ResponseOneofCase.ResponseRange: Named("response_range", () => Members(response.ResponseRange)); break;
            case ResponseOp.ResponseOneofCase.ResponsePut: Named("response_put", () => Members(response.ResponsePut)); break;
            case ResponseOp.ResponseOneofCase.ResponseDeleteRange:
                Named("response_delete_range", () => Members(response.ResponseDeleteRange));
                break;
            case ResponseOp.ResponseOneofCase.ResponseTxn: Named("response_txn", () => Members(response.ResponseTxn)); break;
            default: break;
        }
    }

    private void Named(string name, Action members)
    {
        json.WritePropertyName(name);
        json.Object(members);
    }

    private void Header(ResponseHeader? header)
    {
        if (header is null) return;
        json.WritePropertyName("header");
        json.Object(() =>
        {
            if (header.ClusterId != 0) json.WriteNumber("cluster_id", header.ClusterId);
            if (header.MemberId != 0) json.WriteNumber("member_id", header.MemberId);
            Number("revision", header.Revision);
            if (header.RaftTerm != 0) json.WriteNumber("raft_term", header.RaftTerm);
        });
    }

    private void Pairs(string name, RepeatedField<KeyValue> pairs)
    {
        if (pairs.Count == 0) return;
        json.WritePropertyName(name);
        json.Objects(pairs, Members);
    }

    private void Members(KeyValue pair)
    {
        Bytes("key", keys.Shown(pair.Key));
        Number("create_revision", pair.CreateRevision);
        Number("mod_revision", pair.ModRevision);
        Number("version", pair.Version);
        Bytes("value", pair.Value);
        Number("lease", pair.Lease);
    }

    private void Number(string name, long value)
    {
        if (value != 0) json.WriteNumber(name, value);
    }

    private void Bytes(string name, ByteString value)
    {
        if (value.Length > 0) json.WriteBase64String(name, value.Span);
    }
}
