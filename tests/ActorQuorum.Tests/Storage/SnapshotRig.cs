using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using ActorQuorum.Storage;
using Google.Protobuf;

namespace ActorQuorum.Tests.Storage;

/// <summary>Snapshots for tests: of a small store, up to an index.</summary>
internal static class SnapshotRig
{
    public const ulong ClusterId = 0xC1;
    public const string Directory = "snapshots";

    public static Membership Members { get; } = new([new Member(new MemberId(7), 70), new Member(new MemberId(8), 80)]);

    public static SnapshotMark Mark(long index, long term = 3) => new(index, term, Members, Members.Voters);

    public static SnapshotHead Head(long index, long term = 3, ulong clusterId = ClusterId) =>
        new(clusterId, 0, Mark(index, term), DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    /// <summary>A store after a number of puts.</summary>
    public static KeyValueStore Store(int puts, int valueBytes = 20)
    {
        var store = new KeyValueStore();
        for (var i = 0; i < puts; i++)
            store.Apply(i + 1, Put($"key{i:0000}", new string((char)('a' + (i % 26)), valueBytes)));
        return store;
    }

    public static ReadOnlyMemory<byte> Put(string key, string value) =>
        Command.Encode(CommandKind.Put, new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) });

    public static string Digest(KeyValueStore store) => ContentDigest.Of((KeyValueView)store.View);

    /// <summary>Writes a snapshot as a node does, into its place.</summary>
    public static SnapshotFile Take(SnapshotFiles snapshots, SnapshotHead head, KeyValueStore store, int blockBytes = 100)
    {
        string aside = snapshots.PathOf(head.Mark.Index) + ".tmp";
        long size = Write(snapshots.Files, aside, head, store, blockBytes);
        return snapshots.Place(head, aside, size);
    }

    /// <summary>Writes a snapshot's file, flushed.</summary>
    public static long Write(IFileSystem files, string path, SnapshotHead head, KeyValueStore store, int blockBytes = 100)
    {
        files.CreateDirectory(Path.GetDirectoryName(path)!);
        files.Delete(path);
        using var writer = new SnapshotWriter(files.Open(path, create: true), head, blockBytes);
        using var capture = store.Capture();
        while (capture.WriteSome(writer, 300))
            writer.Flush();
        writer.Complete();
        writer.Flush();
        return writer.FileBytes;
    }
}
