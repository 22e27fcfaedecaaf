using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using DataDirectory = ActorQuorum.Storage.DataDirectory;

namespace ActorQuorum.Tests.Storage;

/// <summary>A snapshot that was cut at any byte, or with a bit turned over in any: whoever uses it says so, with file and offset, and changes nothing.</summary>
[Trait("Row", "RP-8")]
public sealed class DamagedSnapshotTests
{
    private const string Home = "data";
    private const string Backup = "backup/a.snap";
    private static readonly string s_newest = Path.Combine(Home, "snapshots", "0000000000000009.snap");
    private static readonly NodeOptions s_options = new()
    {
        Name = "n1", DataDirectory = Home, ClusterName = "c", Members = [new("n1", "h1:1", "h1:2")], Log = new() { SegmentSizeBytes = 65_536 },
    };

    [Fact]
    public void A_backup_is_not_restored()
    {
        var disk = new SimulatedDisk(1);
        SnapshotRig.Write(disk, Backup, SnapshotRig.Head(9), SnapshotRig.Store(5));
        Restore(disk);
        disk.List(Home).ShouldContain(IdentityFile.Name, "whole it is restored");
        ForEachDamage(disk.Bytes(Backup), (damaged, what) =>
        {
            var target = SimulatedDisk.Restore(1, new Dictionary<string, byte[]> { [Backup] = damaged });
            var refusal = Should.Throw<SnapshotDamagedException>(() => Restore(target), what);
            refusal.Message.ShouldStartWith($"The snapshot {Backup} is damaged at offset {refusal.Offset}: ");
            refusal.Offset.ShouldBeInRange(0, disk.Bytes(Backup).Length);
            target.Image().Keys.ShouldBe([Backup], what);
        });
    }

    [Fact]
    public void A_node_whose_log_begins_behind_it_does_not_start()
    {
        var image = Node(isCompacted: true);
        ForEachDamage(image[s_newest], (damaged, what) =>
        {
            var disk = With(image, damaged);
            var refusal = Should.Throw<StorageDamagedException>(() => Start(disk, out _), what);
            refusal.Message.ShouldContain($"{s_newest} at offset {refusal.Offset}: ");
            refusal.Message.ShouldContain("; and the log begins behind entry 9, but no valid snapshot holds those before");
            Content(disk).ShouldBe(Content(With(image, damaged)), what);
        }, withHash: false);
    }

    [Fact]
    public void A_node_that_has_its_whole_log_starts_from_that()
    {
        var image = Node(isCompacted: false);
        ForEachDamage(image[s_newest], (damaged, what) =>
        {
            using var storage = Start(With(image, damaged), out var machine);
            storage.Durable.Snapshot.ShouldBe(SnapshotMark.None, what);
            storage.Durable.Entries.Count.ShouldBe(9, what);
            machine.Revision.ShouldBe(new KeyValueStore().Revision, "nothing of it was taken over");
            storage.Notes.ShouldContain(note => note.Contains($"{s_newest} is damaged at offset", StringComparison.Ordinal), what);
            storage.Log.Dispose();
        }, withHash: false);
    }

    /// <summary>The hash over the whole is for copies that were elsewhere meanwhile; at a start the blocks' checksums cover all that counts.</summary>
    private static void ForEachDamage(byte[] whole, Action<byte[], string> check, bool withHash = true)
    {
        for (var length = 0; length < whole.Length; length++) check(whole[..length], $"cut to {length} bytes");
        for (var at = 0; at < whole.Length - (withHash ? 0 : SnapshotFormat.HashBytes); at++)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= (byte)(1 << (at % 8));
            check(flipped, $"a bit turned over in byte {at}");
        }
    }

    private static void Restore(SimulatedDisk disk) => StoppedNode.Restore(
        disk, disk.Open(Backup, create: false), Backup, s_options, () => 0x444, () => 0xCAFE, DateTimeOffset.UnixEpoch);

    /// <summary>What a node leaves that has applied nine entries and taken a snapshot of them.</summary>
    private static IReadOnlyDictionary<string, byte[]> Node(bool isCompacted)
    {
        var disk = new SimulatedDisk(1);
        using (var storage = Start(disk, out var machine))
        {
            storage.Log.Write([new Persist(0, new HardState(1, new MemberId(7), true, []), 0, [.. Enumerable.Range(1, 9).Select(EntryOf)], 9, 0, 0, [])]);
            foreach (var index in Enumerable.Range(1, 9)) machine.Apply(index, EntryOf(index).Payload);
            SnapshotRig.Take(storage.Snapshots!, SnapshotRig.Head(9, term: 1), machine);
            if (isCompacted) storage.Log.Write([new Persist(0, null, 0, [], 9, 0, 0, []) { Base = new LogBase(9, 1, IsReset: false) }]);
            storage.Log.Flush();
            storage.Log.Close();
        }

        return disk.Image();
    }

    private static Entry EntryOf(int index) => new(index, 1, EntryKind.Command, SnapshotRig.Put($"key{index}", "value"));

    private static NodeStorage Start(SimulatedDisk disk, out KeyValueStore machine)
    {
        machine = new KeyValueStore();
        var directory = DataDirectory.Open(disk, Home, SnapshotRig.ClusterId, new MemberId(0xA1), "n1", () => 0xABC);
        try
        {
            return NodeStorage.Open(disk, directory, 65_536, machine);
        }
        catch
        {
            directory.Dispose();
            throw;
        }
    }

    private static SimulatedDisk With(IReadOnlyDictionary<string, byte[]> image, byte[] newest) =>
        SimulatedDisk.Restore(1, new Dictionary<string, byte[]>(image) { [s_newest] = newest });

    private static Dictionary<string, string> Content(SimulatedDisk disk) => disk.Image()
        .Where(file => !file.Key.EndsWith("holder", StringComparison.Ordinal)).ToDictionary(file => file.Key, file => Convert.ToHexString(file.Value));
}
