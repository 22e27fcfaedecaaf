using System.Collections.Immutable;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

/// <summary>A start from a snapshot and the log behind it.</summary>
[Trait("Row", "RP-8")]
[Trait("Row", "RP-7")]
public sealed class NodeStorageTests
{
    private const string Home = "data";
    private const int SegmentBytes = 700;
    private static readonly string SnapshotHome = Path.Combine(Home, "snapshots");

    [Fact]
    public void A_directory_without_a_snapshot_gives_its_whole_log()
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(5);
        life.Die();

        life.Start();
        life.Durable.Entries.Count.ShouldBe(5);
        life.Durable.Snapshot.ShouldBe(SnapshotMark.None);
        life.Durable.Base.Index.ShouldBe(0);
    }

    [Fact]
    public void A_start_takes_the_snapshot_and_the_entries_behind_its_base()
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(50);
        life.TakeSnapshot();
        life.Write(20);
        life.Compact(trailing: 10);
        life.Die();

        life.Start();
        life.Durable.Snapshot.Index.ShouldBe(50);
        life.Durable.Snapshot.Membership.Encode().ShouldBe(SnapshotRig.Members.Encode());
        life.Durable.Base.ShouldBe(new LogBase(40, 1, IsReset: false));
        life.Durable.Entries.Select(entry => entry.Index).ShouldBe(Enumerable.Range(41, 30).Select(index => (long)index));
        life.Storage.Log.SizeBytes.ShouldBe(disk.FilesUnder(Path.Combine(Home, "log")).Sum(file => file.Length));
    }

    /// <summary>The machine dies at every single step of a life with snapshots, compactions and an installed snapshot.</summary>
    [Fact]
    public void A_crash_at_any_step_loses_nothing_that_was_flushed()
    {
        var deaths = 0;
        for (int steps = 0; ; steps++)
        {
            foreach (CrashMode mode in Enum.GetValues<CrashMode>())
            {
                var disk = new SimulatedDisk((ulong)steps + 1);
                var life = new Life(disk);
                disk.LosePowerAfter(steps);
                bool isDead = !Live(life);
                life.Die(mode);
                life.Start();
                life.CheckNothingIsLost($"{steps} steps, {mode}");
                deaths++;
                if (isDead)
                    continue;
                deaths.ShouldBeGreaterThan(300);
                return;
            }
        }
    }

    [Fact]
    public void A_start_that_dies_at_any_step_can_be_repeated()
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(30);
        life.TakeSnapshot();
        life.Compact(trailing: 3);
        life.Receive(200, isReset: false);
        life.Die();
        IReadOnlyDictionary<string, byte[]> image = disk.Image();
        for (int steps = 0; ; steps++)
        {
            var again = new Life(SimulatedDisk.Restore((ulong)steps, image), life);
            again.Disk.LosePowerAfter(steps);
            bool isStarted = again.TryStart();
            again.Die(CrashMode.Tear);
            again.Start();
            again.Durable.Snapshot.Index.ShouldBe(200);
            again.Durable.Entries.ShouldBeEmpty();
            again.Durable.Base.Index.ShouldBe(200);
            if (isStarted)
                return;
        }
    }

    [Fact]
    public void A_snapshot_that_was_being_installed_takes_the_place_of_a_log_that_ends_before_it()
    {
        var life = new Life(new SimulatedDisk(1));
        life.Write(10);
        life.Receive(200, isReset: false);
        life.Die();

        life.Start();
        life.Durable.Snapshot.Index.ShouldBe(200);
        life.Durable.Base.ShouldBe(new LogBase(200, 3, IsReset: false));
        life.Durable.Entries.ShouldBeEmpty();
        life.Durable.State.Term.ShouldBe(3, "no log goes on behind a term that the node has not heard of");
        life.Storage.Notes.ShouldContain(note => note.Contains("goes on behind entry 200"));
        life.Write(3);
        life.Die();
        life.Start();
        life.Durable.Entries.Select(entry => entry.Index).ShouldBe([201, 202, 203]);
    }

    [Fact]
    public void A_log_that_holds_the_snapshots_last_entry_goes_on_behind_it()
    {
        var life = new Life(new SimulatedDisk(1));
        life.Write(10);
        SnapshotRig.Take(life.Storage.Snapshots!, SnapshotRig.Head(7, term: 1, life.Storage.ClusterId), life.Machine);
        life.Die();
        life.Start();
        life.Durable.Entries.Count.ShouldBe(10);

        // The same place, but of another term: a leader's, which the log contradicts.
        life.Storage.Snapshots!.Newest.ShouldNotBeNull();
        SnapshotRig.Take(life.Storage.Snapshots, SnapshotRig.Head(8, term: 2, life.Storage.ClusterId), life.Machine);
        life.Die();
        life.Start();
        life.Durable.Entries.ShouldBeEmpty();
        life.Durable.Base.Index.ShouldBe(8);
    }

    [Fact]
    public void A_damaged_snapshot_is_passed_over_where_the_log_suffices()
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(20);
        life.TakeSnapshot();
        string newest = life.Storage.Snapshots!.Newest!.Path;
        life.Die();
        disk.FlipBit(newest, 150);

        life.Start();
        life.Durable.Snapshot.ShouldBe(SnapshotMark.None);
        life.Durable.Entries.Count.ShouldBe(20);
        life.Storage.Notes.ShouldContain(note => note.Contains("Passed over a damaged snapshot"));
        SnapshotRig.Digest(life.Machine).ShouldBe(SnapshotRig.Digest(new KeyValueStore()), "nothing of it was taken over");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_a_valid_snapshot_a_compacted_log_is_refused_and_nothing_is_changed(bool isDeleted)
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(50);
        life.TakeSnapshot();
        life.Compact(trailing: 0);
        string newest = life.Storage.Snapshots!.Newest!.Path;
        life.Die();
        life.Start();
        life.Die();
        if (isDeleted)
            disk.Delete(newest);
        else
            disk.FlipBit(newest, 150);
        Dictionary<string, string> before = Image();

        var refusal = Should.Throw<StorageDamagedException>(life.Start);
        refusal.File.ShouldBe(newest);
        refusal.Message.ShouldContain("the log begins behind entry 50, but no valid snapshot holds those before");
        refusal.Message.Contains("the checksum of", StringComparison.Ordinal).ShouldBe(!isDeleted, "what is wrong with the one that is there");
        Image().ShouldBe(before);

        Dictionary<string, string> Image() => disk.Image().Where(file => !file.Key.EndsWith("holder", StringComparison.Ordinal))
            .ToDictionary(file => file.Key, file => Convert.ToHexString(file.Value));
    }

    [Fact]
    public void A_segment_that_was_taken_away_is_missed_though_a_snapshot_is_there()
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(10);
        life.TakeSnapshot();
        life.Write(60);
        life.Die();
        var segments = disk.FilesUnder(Path.Combine(Home, "log"));
        foreach (var segment in segments.Take(segments.Count - 1))
            disk.Delete(segment.Path);

        Should.Throw<StorageDamagedException>(life.Start).Message.ShouldContain("but the newest valid snapshot ends with entry 10");
    }

    [Fact]
    public void A_snapshot_of_another_cluster_is_refused()
    {
        var life = new Life(new SimulatedDisk(1));
        life.Write(5);
        SnapshotRig.Take(life.Storage.Snapshots!, SnapshotRig.Head(4, clusterId: 0xBAD), life.Machine);
        life.Die();

        Should.Throw<DataDirectoryException>(life.Start).Message.ShouldContain("is a snapshot of cluster 0000000000000bad");
    }

    [Fact]
    public void A_snapshot_under_the_name_of_another_is_passed_over()
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(20);
        life.TakeSnapshot();
        disk.Rename(life.Storage.Snapshots!.Newest!.Path, life.Storage.Snapshots.PathOf(19));
        life.Die(CrashMode.KeepAll);

        life.Start();
        life.Durable.Snapshot.ShouldBe(SnapshotMark.None);
        life.Storage.Notes.ShouldContain(note => note.Contains("it is named otherwise"));
    }

    [Fact]
    public void Older_snapshots_and_unfinished_ones_are_deleted_but_not_while_they_are_read()
    {
        var disk = new SimulatedDisk(1);
        var life = new Life(disk);
        life.Write(10);
        life.TakeSnapshot();
        SnapshotFiles snapshots = life.Storage.Snapshots!;
        SnapshotFile first = snapshots.Newest!;
        using IFile reading = snapshots.Open(first);
        life.Write(10);
        life.TakeSnapshot();
        Names().ShouldBe([first.Path, snapshots.Newest!.Path]);

        snapshots.Release(first);
        snapshots.DeleteOlder();
        Names().ShouldBe([snapshots.Newest.Path]);

        disk.Open(snapshots.PathOf(99) + ".tmp", create: true).Dispose();
        life.Die(CrashMode.KeepAll);
        life.Start();
        Names().ShouldBe([snapshots.Newest.Path]);

        IEnumerable<string> Names() => disk.FilesUnder(SnapshotHome).Select(file => file.Path);
    }

    private static bool Live(Life life)
    {
        try
        {
            life.Write(12);
            life.TakeSnapshot();
            life.Compact(trailing: 2);
            life.Write(12);
            life.Write(3);
            life.TakeSnapshot();
            life.Compact(trailing: 5);
            life.Write(2);
            life.Receive(60, isReset: true);
            life.Write(9);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>A node's storage through several starts, and what it was told to keep. Each entry puts a key of its own.</summary>
    private sealed class Life
    {
        private long _term = 1;
        private long _lastIndex;
        private long _flushedIndex;
        private long _mostSnapshot;
        private long _receivedIndex;

        public Life(SimulatedDisk disk)
        {
            Disk = disk;
            Start();
            Persist(new Persist(0, new HardState(1, new MemberId(7), true, []), 0, [], 0, 0, 0, []));
        }

        public Life(SimulatedDisk disk, Life before)
        {
            Disk = disk;
            (_term, _lastIndex, _flushedIndex, _receivedIndex) = (before._term, before._lastIndex, before._flushedIndex, before._receivedIndex);
        }

        public SimulatedDisk Disk { get; }

        public NodeStorage Storage { get; private set; } = null!;

        public KeyValueStore Machine { get; private set; } = null!;

        public DurableState Durable => Storage.Durable;

        public void Start()
        {
            Machine = new KeyValueStore();
            DataDirectory directory = DataDirectory.Open(Disk, Home, SnapshotRig.ClusterId, new MemberId(0xA1), "n1", () => 0xABC);
            try
            {
                Storage = NodeStorage.Open(Disk, directory, SegmentBytes, Machine);
            }
            catch
            {
                directory.Dispose();
                throw;
            }

            _lastIndex = Durable.Base.Index + Durable.Entries.Count;
            _term = Math.Max(_term, Durable.State.Term);
        }

        public bool TryStart()
        {
            try
            {
                Start();
                return true;
            }
            catch (IOException e) when (e is not StorageDamagedException)
            {
                return false;
            }
        }

        public void Die(CrashMode mode = CrashMode.LoseUnsynced)
        {
            Storage?.Log.Dispose();
            Storage?.Dispose();
            Disk.Crash(mode);
        }

        public void Write(int entries)
        {
            var made = ImmutableArray.CreateBuilder<Entry>();
            for (int i = 0; i < entries; i++)
                made.Add(EntryAt(_lastIndex + 1 + i));
            Persist(new Persist(0, null, 0, made.ToImmutable(), _lastIndex + entries, 0, 0, []));
            _lastIndex += entries;
            _flushedIndex = _lastIndex;
            foreach (Entry entry in made)
                Machine.Apply(entry.Index, entry.Payload);
        }

        public void TakeSnapshot()
        {
            SnapshotRig.Take(Storage.Snapshots!, SnapshotRig.Head(_lastIndex, _term), Machine);
            _mostSnapshot = _lastIndex;
            Storage.Snapshots!.DeleteOlder();
        }

        public void Compact(int trailing)
        {
            Persist(new Persist(0, null, 0, [], _lastIndex, 0, 0, []) { Base = new LogBase(_mostSnapshot - trailing, _term, IsReset: false) });
            Storage.Log.TakeTrim()?.Invoke();
        }

        /// <summary>A leader's snapshot is put in its place, and then the log is reset behind it, if that is not left to the next start.</summary>
        public void Receive(long index, bool isReset)
        {
            var leader = new KeyValueStore();
            for (long at = 1; at <= index; at++)
                leader.Apply(at, EntryAt(at).Payload);
            SnapshotRig.Take(Storage.Snapshots!, SnapshotRig.Head(index, 3), leader);
            _receivedIndex = _flushedIndex = index;
            if (!isReset)
                return;
            _term = 3;
            Persist(new Persist(0, new HardState(3, MemberId.None, true, []), 0, [], index, 0, 0, []) { Base = new LogBase(index, 3, IsReset: true) });
            _lastIndex = index;
            Machine = leader;
            Storage.Snapshots!.DeleteOlder();
            Storage.Log.TakeTrim()?.Invoke();
        }

        public void CheckNothingIsLost(string when)
        {
            long snapshot = Durable.Snapshot.Index;
            long last = Durable.Base.Index + Durable.Entries.Count;
            last.ShouldBeGreaterThanOrEqualTo(_flushedIndex, when);
            snapshot.ShouldBeGreaterThanOrEqualTo(Durable.Base.Index, when);
            foreach (Entry entry in Durable.Entries.Where(entry => entry.Index > snapshot))
                Machine.Apply(entry.Index, entry.Payload);
            var model = new KeyValueStore();
            for (long at = 1; at <= last; at++)
                model.Apply(at, EntryAt(at).Payload);
            SnapshotRig.Digest(Machine).ShouldBe(SnapshotRig.Digest(model), when);
            if (_receivedIndex > 0)
                Durable.State.Term.ShouldBe(3, when);
        }

        private Entry EntryAt(long index) => new(index, _term, EntryKind.Command, SnapshotRig.Put($"key{index}", $"value{index}"));

        private void Persist(Persist persist)
        {
            Storage.Log.Write([persist]);
            Storage.Log.Flush();
        }
    }
}
