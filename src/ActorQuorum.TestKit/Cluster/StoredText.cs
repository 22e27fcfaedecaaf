using System.Text;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.TestKit.Cluster;

/// <summary>Keys and values as text, and the key-value store's commands for them.</summary>
internal static class StoredText
{
    /// <summary>The command that sets a key.</summary>
    public static ReadOnlyMemory<byte> Put(string key, string value) => Command.Encode(CommandKind.Put, PutOf(key, value));

    /// <summary>The command that removes a key.</summary>
    public static ReadOnlyMemory<byte> Delete(string key) =>
        Command.Encode(CommandKind.DeleteRange, new DeleteRangeRequest { Key = ByteString.CopyFromUtf8(key) });

    /// <summary>The query for a key.</summary>
    public static ReadOnlyMemory<byte> Get(string key) =>
        Command.Encode(CommandKind.Range, new RangeRequest { Key = ByteString.CopyFromUtf8(key) });

    /// <summary>The command that sets a key if it has the expected value; null stands for no key.</summary>
    public static ReadOnlyMemory<byte> CompareAndSet(string key, string? expected, string value)
    {
        var compare = new Compare { Key = ByteString.CopyFromUtf8(key), Result = Compare.Types.CompareResult.Equal };
        if (expected is null)
        {
            compare.Target = Compare.Types.CompareTarget.Version;
            compare.Version = 0;
        }
        else
        {
            compare.Target = Compare.Types.CompareTarget.Value;
            compare.Value = ByteString.CopyFromUtf8(expected);
        }

        return Command.Encode(CommandKind.Txn, new TxnRequest
        {
            Compare = { compare },
            Success = { new RequestOp { RequestPut = PutOf(key, value) } },
        });
    }

    /// <summary>The command that compacts up to a revision.</summary>
    public static ReadOnlyMemory<byte> Compact(long revision) =>
        Command.Encode(CommandKind.Compact, new CompactionRequest { Revision = revision });

    /// <summary>The value that a query for a key found, or null.</summary>
    public static string? ValueOf(CommandResult result)
    {
        var range = RangeResponse.Parser.ParseFrom(result.Payload.Span);
        return range.Kvs.Count == 0 ? null : range.Kvs[0].Value.ToStringUtf8();
    }

    /// <summary>Whether a compare-and-set found what it expected.</summary>
    public static bool HasSucceeded(CommandResult result) => TxnResponse.Parser.ParseFrom(result.Payload.Span).Succeeded;

    /// <summary>Whether a delete found its key.</summary>
    public static bool HasDeleted(CommandResult result) => DeleteRangeResponse.Parser.ParseFrom(result.Payload.Span).Deleted > 0;

    /// <summary>All keys and values of a store.</summary>
    public static IReadOnlyDictionary<string, string> ContentOf(KeyValueStore store)
    {
        var all = new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
        var answer = store.View.Query(Command.Encode(CommandKind.Range, all));
        return RangeResponse.Parser.ParseFrom(answer.Payload.Span).Kvs.ToDictionary(
            kv => Encoding.UTF8.GetString(kv.Key.Span), kv => Encoding.UTF8.GetString(kv.Value.Span));
    }

    private static PutRequest PutOf(string key, string value) => new() { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) };
}
