using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using DataDirectory = ActorQuorum.Storage.DataDirectory;

namespace ActorQuorum.Tests.Storage;

/// <summary>What is done to a stopped node's data directory is done in one step, or not at all.</summary>
[Trait("Row", "CO-4")]
[Trait("Row", "CO-5")]
public sealed class StoppedNodeTests
{
    private const string Home = "data";
    private const int SegmentBytes = 65_536;
    private static readonly NodeOptions s_options = new()
    {
        Name = "n1",
        DataDirectory = Home,
        ClusterName = "c",
        Members = [new("n1", "h1:1", "h1:2"), new("n2", "h2:1", "h2:2"), new("n3", "h3:1", "h3:2")],
        Log = new() { SegmentSizeBytes = SegmentBytes },
    };

    private static readonly ClusterIdentity s_configured = ClusterIdentity.Of(s_options);

    [Fact]
    public void A_node_that_goes_alone_keeps_its_data_and_nothing_else()
    {
        SimulatedDisk disk = Filled();
        using (StoppedNode node = StoppedNode.Open(disk, s_options))
        {
            StoppedNode.Holdings held = node.Read();
            (held.LastIndex, held.LastTerm, held.CommittedIndex, held.Term).ShouldBe((9, 4, 5, 6));
            IdentityFile identity = node.GoAlone(held, () => 0x222, () => 0xA10E, DateTimeOffset.UnixEpoch);
            (identity.ClusterId, identity.Incarnation, identity.ConfiguredAs, identity.Era).ShouldBe((0xA10EUL, 0x222UL, s_configured.ClusterId, 1));
        }

        using NodeStorage storage = Open(disk, out KeyValueStore machine);
        storage.Dispose();
        storage.ClusterId.ShouldBe(0xA10EUL);
        storage.Incarnation.ShouldBe(0x222UL);
        (storage.Durable.State.Term, storage.Durable.State.Vote, storage.Durable.State.Proven).ShouldBe((7, MemberId.None, true));
        storage.Durable.Snapshot.Index.ShouldBe(5);
        SnapshotRig.Digest(machine).ShouldBe(SnapshotRig.Digest(Expected(5)));
        storage.Durable.Entries.Take(9).Select(Text).ShouldBe(Enumerable.Range(1, 9).Select(index => Text(EntryAt(index))));
        Entry last = storage.Durable.Entries[^1];
        (last.Index, last.Term, last.Kind).ShouldBe((10, 7, EntryKind.Configuration));
        foreach (Membership membership in (Membership[])[storage.Durable.Snapshot.Membership, Membership.Decode(last.Payload.Span)])
        {
            ConfiguredMember alone = membership.Members.ShouldHaveSingleItem();
            (alone.Id, alone.Incarnation, alone.IsVoter, alone.Contact.Peer).ShouldBe((s_configured.Self.Id, 0x222UL, true, "h1:1"));
        }

        disk.FilesUnder(Path.Combine(Home, "log")).ShouldBeEmpty("what was before is deleted");
        disk.FilesUnder(Path.Combine(Home, "snapshots")).ShouldBeEmpty();
    }

    [Fact]
    public void A_node_that_is_reset_has_never_run_but_for_its_number()
    {
        SimulatedDisk disk = Filled();
        using (StoppedNode node = StoppedNode.Open(disk, s_options))
            node.Reset(() => 0x333);

        using NodeStorage storage = Open(disk, out KeyValueStore machine);
        storage.ClusterId.ShouldBe(s_configured.ClusterId);
        storage.Incarnation.ShouldBe(0x333UL);
        storage.Durable.State.ShouldBe(HardState.Initial);
        storage.Durable.Entries.ShouldBeEmpty();
        SnapshotRig.Digest(machine).ShouldBe(SnapshotRig.Digest(new KeyValueStore()));
    }

    [Fact]
    public void A_node_that_went_alone_is_of_its_configured_cluster_again_once_it_is_reset()
    {
        SimulatedDisk disk = Filled();
        using (StoppedNode node = StoppedNode.Open(disk, s_options))
            node.GoAlone(node.Read(), () => 0x222, () => 0xA10E, DateTimeOffset.UnixEpoch);
        using (StoppedNode node = StoppedNode.Open(disk, s_options))
            node.Reset(() => 0x333);

        using NodeStorage storage = Open(disk, out _);
        storage.ClusterId.ShouldBe(s_configured.ClusterId);
        disk.FilesUnder(Path.Combine(Home, "log-1")).ShouldBeEmpty();
        disk.FilesUnder(Path.Combine(Home, "log-2")).ShouldNotBeEmpty();
    }

    /// <summary>The machine dies at every step: afterwards all is as it was, or all is done.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_crash_at_any_step_leaves_the_old_node_or_the_new_one(bool isReset)
    {
        IReadOnlyDictionary<string, byte[]> image = Filled().Image();
        (int before, int after) = (0, 0);
        for (int steps = 0; ; steps++)
        {
            foreach (CrashMode mode in Enum.GetValues<CrashMode>())
            {
                SimulatedDisk disk = SimulatedDisk.Restore((ulong)steps + 1, image);
                bool isDone = DiesWithin(disk, steps, isReset);
                disk.Crash(mode);
                using NodeStorage storage = Open(disk, out KeyValueStore machine);
                bool isNew = storage.Incarnation == 0x222;
                (before, after) = (before + (isNew ? 0 : 1), after + (isNew ? 1 : 0));
                isNew.ShouldBe(isNew || isDone, $"{steps} steps, {mode}: what was said to be done is done");
                int entries = isNew && isReset ? 0 : 9;
                foreach (Entry entry in storage.Durable.Entries.Where(entry => entry.Kind == EntryKind.Command && entry.Index > storage.Durable.Snapshot.Index))
                    machine.Apply(entry.Index, entry.Payload);
                SnapshotRig.Digest(machine).ShouldBe(SnapshotRig.Digest(Expected(entries)), $"{steps} steps, {mode}");
                storage.ClusterId.ShouldBe(isNew && !isReset ? 0xA10EUL : s_configured.ClusterId);
                if (!isDone || mode != CrashMode.Tear)
                    continue;
                before.ShouldBeGreaterThan(20);
                after.ShouldBeGreaterThan(0);
                return;
            }
        }
    }

    [Fact]
    public void A_running_node_is_left_alone_and_so_is_anothers_directory_and_an_empty_one()
    {
        SimulatedDisk disk = Filled();
        using (DataDirectory.Open(disk, Home, s_configured.ClusterId, s_configured.Self.Id, "n1", () => 1))
            Should.Throw<DataDirectoryException>(() => StoppedNode.Open(disk, s_options)).Message.ShouldContain("in use by another process");
        Should.Throw<DataDirectoryException>(() => StoppedNode.Open(disk, s_options with { Name = "n2" }))
            .Message.ShouldContain("belongs to member n1");
        Should.Throw<DataDirectoryException>(() => StoppedNode.Open(disk, s_options with { DataDirectory = "elsewhere" }))
            .Message.ShouldContain("There is no data directory elsewhere");
        Should.Throw<DataDirectoryException>(() => StoppedNode.Open(disk, s_options with { Storage = StorageKind.Memory }))
            .Message.ShouldContain("storage = memory");

        var fresh = new SimulatedDisk(1);
        DataDirectory.Open(fresh, Home, s_configured.ClusterId, s_configured.Self.Id, "n1", () => 1).Dispose();
        using StoppedNode empty = StoppedNode.Open(fresh, s_options);
        Should.Throw<DataDirectoryException>(() => empty.GoAlone(empty.Read(), () => 2, () => 3, DateTimeOffset.UnixEpoch))
            .Message.ShouldContain("holds no entry yet");
    }

    [Fact]
    [Trait("Row", "CO-2")]
    public void A_command_of_a_processor_that_this_program_has_not_is_kept_for_the_one_that_has_it()
    {
        byte[] command = ProcessFields.Encode("of-the-app", default).ToArray();
        SimulatedDisk disk = Filled(command);
        using (StoppedNode node = StoppedNode.Open(disk, s_options))
            node.GoAlone(node.Read(), () => 0x222, () => 0xA10E, DateTimeOffset.UnixEpoch);

        using NodeStorage storage = Open(disk, out _, processors: "of-the-app");
        storage.ClusterId.ShouldBe(0xA10EUL);
        storage.Durable.Entries[8].Payload.ToArray().ShouldBe(command);
    }

    [Fact]
    public void A_log_that_begins_behind_a_snapshot_and_fills_many_segments_is_kept_as_it_is()
    {
        SimulatedDisk disk = Filled();
        using (NodeStorage storage = Open(disk, out _, isClosed: false))
        {
            storage.Log.Write([new Persist(0, null, 0, [], 9, 0, 3, []) { Base = new LogBase(3, 4, IsReset: false) }]);
            storage.Log.Write([new Persist(0, null, 0, [.. Enumerable.Range(10, 100).Select(LargeAt)], 109, 0, 4, [])]);
            storage.Log.Flush();
            storage.Log.Dispose();
        }

        using (StoppedNode node = StoppedNode.Open(disk, s_options))
            node.GoAlone(node.Read(), () => 0x222, () => 0xA10E, DateTimeOffset.UnixEpoch);

        using NodeStorage alone = Open(disk, out KeyValueStore machine);
        alone.Durable.Base.ShouldBe(new LogBase(3, 4, IsReset: false));
        (alone.Durable.Snapshot.Index, alone.Durable.LastIndex, alone.Durable.LastTerm).ShouldBe((5, 110, 7));
        alone.Durable.Entries.SkipLast(1).Select(Text).ShouldBe(
            [.. Enumerable.Range(4, 6).Select(index => Text(EntryAt(index))), .. Enumerable.Range(10, 100).Select(index => Text(LargeAt(index)))]);
        disk.FilesUnder(Path.Combine(Home, "log-1")).Count.ShouldBeGreaterThan(3);
        SnapshotRig.Digest(machine).ShouldBe(SnapshotRig.Digest(Expected(5)));
    }

    [Fact]
    public void A_node_without_a_snapshot_goes_alone_with_its_log()
    {
        SimulatedDisk disk = Filled(withSnapshot: false);
        using (StoppedNode node = StoppedNode.Open(disk, s_options))
        {
            StoppedNode.Holdings held = node.Read();
            (held.LastIndex, held.CommittedIndex).ShouldBe((9, 0));
            node.GoAlone(held, () => 0x222, () => 0xA10E, DateTimeOffset.UnixEpoch);
        }

        using NodeStorage storage = Open(disk, out _);
        (storage.Durable.Snapshot.Index, storage.Durable.LastIndex).ShouldBe((0, 10));
        storage.Snapshots!.Newest.ShouldBeNull();
    }

    [Fact]
    public void A_snapshot_becomes_a_new_data_directory()
    {
        var disk = new SimulatedDisk(1);
        SnapshotRig.Write(disk, "backup/a.snap", SnapshotRig.Head(41, term: 3, clusterId: 0xBEEF), Expected(9));

        (SnapshotHead head, IdentityFile identity) = StoppedNode.Restore(
            disk, disk.Open("backup/a.snap", create: false), "backup/a.snap", s_options, () => 0x444, () => 0xCAFE, DateTimeOffset.UnixEpoch);
        (head.Index, identity.ClusterId).ShouldBe((41, 0xCAFEUL));
        using (NodeStorage storage = Open(disk, out KeyValueStore machine))
        {
            (storage.ClusterId, storage.Durable.Snapshot.Index, storage.Durable.State.Term).ShouldBe((0xCAFEUL, 41, 4));
            storage.Durable.Snapshot.Founding.ShouldBe([new Member(s_configured.Self.Id, 0x444)]);
            Entry only = storage.Durable.Entries.ShouldHaveSingleItem();
            (only.Index, only.Term, only.Kind).ShouldBe((42, 4, EntryKind.Configuration));
            SnapshotRig.Digest(machine).ShouldBe(SnapshotRig.Digest(Expected(9)));
        }

        Should.Throw<DataDirectoryException>(() => StoppedNode.Restore(
                disk, disk.Open("backup/a.snap", create: false), "backup/a.snap", s_options, () => 0x555, () => 0xCAFF, DateTimeOffset.UnixEpoch))
            .Message.ShouldContain("is a node's data directory already");
    }

    [Theory]
    [InlineData("data/log/0000000000000001.wal")]
    [InlineData("data/snapshots/0000000000000005.snap")]
    [InlineData("data/joined")]
    [InlineData("data/notes.txt")]
    public void A_snapshot_is_not_restored_over_what_is_left_of_another_directory(string left)
    {
        var disk = SimulatedDisk.Restore(1, new Dictionary<string, byte[]> { [left] = [1, 2, 3] });
        SnapshotRig.Write(disk, "backup/a.snap", SnapshotRig.Head(41), Expected(9));

        Should.Throw<DataDirectoryException>(() => StoppedNode.Restore(
                disk, disk.Open("backup/a.snap", create: false), "backup/a.snap", s_options, () => 0x444, () => 0xCAFE, DateTimeOffset.UnixEpoch))
            .Message.ShouldContain("is not empty");
        disk.Bytes(left).ToArray().ShouldBe([1, 2, 3]);
        disk.List(Home).ShouldNotContain(IdentityFile.Name);
    }

    [Fact]
    public void A_damaged_snapshot_becomes_nothing()
    {
        var disk = new SimulatedDisk(1);
        SnapshotRig.Write(disk, "backup/a.snap", SnapshotRig.Head(41), Expected(9));
        disk.FlipBit("backup/a.snap", 200);

        Should.Throw<SnapshotDamagedException>(() => StoppedNode.Restore(
            disk, disk.Open("backup/a.snap", create: false), "backup/a.snap", s_options, () => 1, () => 1, DateTimeOffset.UnixEpoch));
        disk.FilesUnder(Home).ShouldBeEmpty();
    }

    private static bool DiesWithin(SimulatedDisk disk, int steps, bool isReset)
    {
        disk.LosePowerAfter(steps);
        try
        {
            using StoppedNode node = StoppedNode.Open(disk, s_options);
            if (isReset)
                node.Reset(() => 0x222);
            else
                node.GoAlone(node.Read(), () => 0x222, () => 0xA10E, DateTimeOffset.UnixEpoch);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static NodeStorage Open(SimulatedDisk disk, out KeyValueStore machine, bool isClosed = true, params string[] processors)
    {
        machine = new KeyValueStore(processors: new(processors.Select(name => KeyValuePair.Create<string, ProcessorHandler>(name, (_, _) => default))));
        NodeStorage storage = NodeStorage.Open(disk, s_options, s_configured, () => 0x999, machine);
        if (isClosed)
            storage.Log.Dispose();
        return storage;
    }

    /// <summary>A node with a snapshot up to entry 5 and four entries behind it, in term 6.</summary>
    private static SimulatedDisk Filled(ReadOnlyMemory<byte>? last = null, bool withSnapshot = true)
    {
        var disk = new SimulatedDisk(1);
        NodeStorage storage = NodeStorage.Open(disk, s_options, s_configured, () => 0x111, new KeyValueStore());
        var state = new HardState(4, s_configured.Self.Id, true, [new Member(s_configured.Self.Id, 0x111)]);
        storage.Log.Write([new Persist(0, state, 0, [.. Enumerable.Range(1, 8).Select(index => EntryAt(index)), last is { } own ? EntryAt(9) with { Payload = own } : EntryAt(9)], 9, 0, 1, [])]);
        storage.Log.Write([new Persist(0, state with { Term = 6 }, 0, [], 9, 0, 2, [])]);
        storage.Log.Flush();
        if (withSnapshot)
            SnapshotRig.Take(storage.Snapshots!, SnapshotRig.Head(5, term: 4, storage.ClusterId), Expected(5));
        storage.Log.Dispose();
        storage.Dispose();
        disk.Crash(CrashMode.LoseUnsynced);
        return disk;
    }

    private static KeyValueStore Expected(int entries)
    {
        var store = new KeyValueStore();
        for (int index = 1; index <= entries; index++)
            store.Apply(index, EntryAt(index).Payload);
        return store;
    }

    private static Entry LargeAt(int index) => new(index, 4, EntryKind.Command, SnapshotRig.Put($"key{index}", new string('v', 4096)));

    private static string Text(Entry entry) => $"{entry.Index}:{entry.Term}:{entry.Kind}:{Convert.ToHexString(entry.Payload.Span)}";

    private static Entry EntryAt(long index) => new(index, 4, EntryKind.Command, SnapshotRig.Put($"key{index}", $"value{index}"));
}
