using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Stores;

/// <summary>Between the front door's types and the store's messages.</summary>
internal static class StoreMessages
{
    /// <summary>The bytes, not copied: the request is encoded at once.</summary>
    public static ByteString ToByteString(this Bytes bytes) => UnsafeByteOperations.UnsafeWrap(bytes.Memory);

    /// <summary>A key as callers see it.</summary>
    public static StoreEntry ToEntry(this KeyValue found) =>
        new(found.Key.Memory, found.Value.Memory, found.CreateRevision, found.ModRevision, found.Version);

    /// <summary>A range's keys as callers see them.</summary>
    public static StorePage ToPage(this RangeResponse response, long revision) =>
        new([.. response.Kvs.Select(ToEntry)], response.Count, revision);
}
