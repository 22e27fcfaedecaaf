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
        storage.Durable.Snapshot.Index.ShouldBe(9);
        storage.Durable.Entries.ShouldBeEmpty();
        ConfiguredMember alone = storage.Durable.Snapshot.Membership.Members.ShouldHaveSingleItem();
        (alone.Id, alone.Incarnation, alone.IsVoter, alone.Contact.Peer).ShouldBe((s_configured.Self.Id, 0x222UL, true, "h1:1"));
        SnapshotRig.Digest(machine).ShouldBe(SnapshotRig.Digest(Expected(9)));
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
                foreach (Entry entry in storage.Durable.Entries.Where(entry => entry.Index > storage.Durable.Snapshot.Index))
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
    public void A_log_with_a_processors_command_is_left_alone_by_a_program_that_has_not_the_processor()
    {
        SimulatedDisk disk = Filled(ProcessFields.Encode("of-the-app", default));
        IReadOnlyDictionary<string, byte[]> before = disk.Image();
        using (StoppedNode node = StoppedNode.Open(disk, s_options))
        {
            string why = Should.Throw<DataDirectoryException>(() => node.Read()).Message;
            why.ShouldContain("it asks for the processor 'of-the-app' (entry 9)");
            why.ShouldContain("nothing was changed");
        }

        using NodeStorage storage = Open(disk, out _, "of-the-app");
        storage.Durable.Entries[^1].Index.ShouldBe(9);
        disk.Image().Keys.ShouldBeSubsetOf([.. before.Keys, Path.Combine(Home, "holder")]);
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

    private static NodeStorage Open(SimulatedDisk disk, out KeyValueStore machine, params string[] processors)
    {
        machine = new KeyValueStore(processors: new(processors.Select(name => KeyValuePair.Create<string, ProcessorHandler>(name, (_, _) => default))));
        NodeStorage storage = NodeStorage.Open(disk, s_options, s_configured, () => 0x999, machine);
        storage.Log.Dispose();
        return storage;
    }

    /// <summary>A node with a snapshot up to entry 5 and four entries behind it, in term 6.</summary>
    private static SimulatedDisk Filled(ReadOnlyMemory<byte>? last = null)
    {
        var disk = new SimulatedDisk(1);
        NodeStorage storage = NodeStorage.Open(disk, s_options, s_configured, () => 0x111, new KeyValueStore());
        var state = new HardState(4, s_configured.Self.Id, true, [new Member(s_configured.Self.Id, 0x111)]);
        storage.Log.Write([new Persist(0, state, 0, [.. Enumerable.Range(1, 8).Select(index => EntryAt(index)), last is { } own ? EntryAt(9) with { Payload = own } : EntryAt(9)], 9, 0, 1, [])]);
        storage.Log.Write([new Persist(0, state with { Term = 6 }, 0, [], 9, 0, 2, [])]);
        storage.Log.Flush();
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

    private static Entry EntryAt(long index) => new(index, 4, EntryKind.Command, SnapshotRig.Put($"key{index}", $"value{index}"));
}
