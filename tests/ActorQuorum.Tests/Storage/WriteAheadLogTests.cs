using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

[Trait("Row", "RP-7")]
[Trait("Row", "RN-1")]
public sealed class WriteAheadLogTests
{
    [Fact]
    public void A_new_log_is_empty()
    {
        using WriteAheadLog log = LogRig.Open(new SimulatedDisk(1), out RecoveredLog recovered);

        recovered.Groups.ShouldBeEmpty();
        recovered.Notes.ShouldBeEmpty();
        log.SizeBytes.ShouldBe(64);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_written_is_read_back(bool cleanStop)
    {
        LogRig rig = LogRig.FourBatches(cleanStop);
        rig.Disk.Crash(CrashMode.LoseUnsynced);

        using WriteAheadLog log = LogRig.Open(rig.Disk, out RecoveredLog recovered);

        LogModel.Text(recovered).ShouldBe(rig.Model.After(rig.Model.Count));
        recovered.Notes.ShouldBeEmpty();
        recovered.Groups[1].State.Term.ShouldBe(3);
        recovered.Groups[1].Entries.Select(entry => entry.Index).ShouldBe([1, 2, 3, 4, 5, 6]);
    }

    [Fact]
    public void What_was_not_flushed_may_be_forgotten()
    {
        var rig = new LogRig();
        using (WriteAheadLog log = LogRig.Open(rig.Disk, out _))
        {
            var one = new GroupScript(1);
            rig.Write(log, one.Next(2));
            log.Flush();
            log.Write([one.Next(2)]);
        }

        rig.Disk.Crash(CrashMode.LoseUnsynced);

        using WriteAheadLog again = LogRig.Open(rig.Disk, out RecoveredLog recovered);
        LogModel.Text(recovered).ShouldBe(rig.Model.After(rig.Model.Count));
    }

    [Fact]
    public void What_recovery_returned_stays_when_the_power_fails_after_it()
    {
        var rig = new LogRig();
        WriteAheadLog log = LogRig.Open(rig.Disk, out _);
        rig.Write(log, new GroupScript(1).Next(3));
        rig.Disk.Crash(CrashMode.ProcessOnly);

        LogRig.Open(rig.Disk, out RecoveredLog first).Dispose();
        rig.Disk.Crash(CrashMode.LoseUnsynced);
        LogRig.Open(rig.Disk, out RecoveredLog second).Dispose();

        LogModel.Text(first).ShouldBe(rig.Model.After(rig.Model.Count));
        LogModel.Text(second).ShouldBe(LogModel.Text(first));
    }

    [Fact]
    public void A_failed_flush_whose_bytes_can_still_be_read_does_not_fool_recovery()
    {
        var rig = new LogRig();
        WriteAheadLog log = LogRig.Open(rig.Disk, out _);
        rig.Write(log, new GroupScript(1).Next(3));
        rig.Disk.FailNextFlush();
        Should.Throw<IOException>(log.Flush);
        rig.Disk.Crash(CrashMode.ProcessOnly);

        LogRig.Open(rig.Disk, out RecoveredLog first).Dispose();
        rig.Disk.Crash(CrashMode.LoseUnsynced);
        LogRig.Open(rig.Disk, out RecoveredLog second).Dispose();

        LogModel.Text(second).ShouldBe(LogModel.Text(first));
    }

    [Fact]
    public void What_recovery_returned_is_below_the_mark_of_the_next_batch()
    {
        LogRig rig = LogRig.FourBatches();
        byte[] before = rig.Disk.Bytes(LogRig.PathOf(1));
        LogRig.HighestMark(before).ShouldBeLessThan(before.Length);

        using (WriteAheadLog log = LogRig.Open(rig.Disk, out RecoveredLog recovered))
            log.Write([new GroupScript(1, recovered.Groups[1]).Next(1)]);

        LogRig.HighestMark(rig.Disk.Bytes(LogRig.PathOf(1))).ShouldBe(before.Length);
    }

    [Fact]
    public void A_process_that_dies_at_any_step_of_a_roll_leaves_a_log_that_keeps_what_is_flushed_later()
    {
        bool isDone = false;
        for (int steps = 0; !isDone; steps++)
        {
            var rig = new LogRig();
            var one = new GroupScript(1);
            WriteAheadLog log = LogRig.Open(rig.Disk, out _, segmentSizeBytes: 256);
            rig.Write(log, one.Next(1, commandBytes: 200));
            log.Flush();
            rig.Disk.LosePowerAfter(steps);
            try
            {
                log.Write([one.Next(1)]);
                isDone = true;
            }
            catch (IOException)
            {
            }

            rig.Disk.Crash(CrashMode.ProcessOnly);
            log = LogRig.Open(rig.Disk, out RecoveredLog recovered, segmentSizeBytes: 256);
            one = new GroupScript(1, recovered.Groups[1]);
            log.Write([one.Next(1, newTerm: true)]);
            log.Flush();
            rig.Disk.Crash(CrashMode.LoseUnsynced);

            LogRig.Open(rig.Disk, out RecoveredLog again, segmentSizeBytes: 256).Dispose();
            again.Groups[1].Entries.Count.ShouldBe((int)one.LastIndex, $"after {steps} steps");
            again.Groups[1].State.Term.ShouldBe(2);
        }
    }

    [Fact]
    public void Entries_after_a_truncation_replace_the_ones_before()
    {
        var rig = new LogRig();
        var one = new GroupScript(1);
        using (WriteAheadLog log = LogRig.Open(rig.Disk, out _))
        {
            rig.Write(log, one.Next(5));
            rig.Write(log, one.Next(1, newTerm: true, truncateFrom: 2), one.Next(0, truncateFrom: 1), one.Next(2));
            log.Close();
        }

        using WriteAheadLog again = LogRig.Open(rig.Disk, out RecoveredLog recovered);
        recovered.Groups[1].Entries.Select(entry => (entry.Index, entry.Term)).ShouldBe([(1, 2), (2, 2)]);
        rig.Write(again, one.Next(1));
    }

    [Fact]
    public void A_full_segment_is_followed_by_a_new_one()
    {
        var rig = new LogRig();
        var one = new GroupScript(1);
        long size;
        using (WriteAheadLog log = LogRig.Open(rig.Disk, out _, segmentSizeBytes: 512))
        {
            for (int i = 0; i < 20; i++)
            {
                rig.Write(log, one.Next(3, newTerm: i % 4 == 0), one.Next(1));
                log.Flush();
            }

            size = log.SizeBytes;
        }

        IReadOnlyList<string> names = rig.Disk.List(LogRig.Directory);
        names.Count.ShouldBeGreaterThan(5);
        names.ShouldBe(Enumerable.Range(1, names.Count).Select(number => $"{number:D16}.wal"));
        names.Sum(name => rig.Disk.Bytes(Path.Combine(LogRig.Directory, name)).LongLength).ShouldBe(size);
        names.SkipLast(1).ShouldAllBe(name => rig.Disk.Bytes(Path.Combine(LogRig.Directory, name)).Length < 512 + 100);
        rig.Disk.Crash(CrashMode.LoseUnsynced);
        using WriteAheadLog again = LogRig.Open(rig.Disk, out RecoveredLog recovered, segmentSizeBytes: 512);
        LogModel.Text(recovered).ShouldBe(rig.Model.After(rig.Model.Count));
        again.SizeBytes.ShouldBe(size);
    }

    [Fact]
    public void One_batch_may_span_segments_and_chunks()
    {
        var rig = new LogRig();
        using (WriteAheadLog log = LogRig.Open(rig.Disk, out _, segmentSizeBytes: 16 << 20))
        {
            rig.Write(log, new GroupScript(1).Next(30, commandBytes: 1 << 20));
            log.Close();
        }

        rig.Disk.List(LogRig.Directory).Count.ShouldBe(2);
        LogRig.Open(rig.Disk, out RecoveredLog recovered).Dispose();
        LogModel.Text(recovered).ShouldBe(rig.Model.After(rig.Model.Count));
    }

    [Fact]
    public void A_clean_stop_that_the_power_cuts_short_is_a_crash_and_no_damage()
    {
        for (int steps = 0; steps < 3; steps++)
        {
            for (ulong seed = 0; seed < 20; seed++)
            {
                var rig = new LogRig { Disk = new SimulatedDisk(seed) };
                WriteAheadLog log = LogRig.Open(rig.Disk, out _);
                var one = new GroupScript(1);
                rig.Write(log, one.Next(1));
                log.Flush();
                rig.Write(log, one.Next(2, commandBytes: 600));
                rig.Disk.LosePowerAfter(steps);
                Should.Throw<IOException>(log.Close);
                rig.Disk.Crash(CrashMode.Sectors);

                LogRig.Open(rig.Disk, out RecoveredLog recovered).Dispose();

                // After the first step the flush of the entries has succeeded; what fails is the mark.
                recovered.Groups[1].Entries.Count.ShouldBeInRange(steps == 0 ? 1 : 3, 3);
            }
        }
    }

    [Fact]
    public void Starting_and_stopping_without_work_does_not_grow_the_log()
    {
        LogRig rig = LogRig.FourBatches(cleanStop: true);
        long size = rig.Disk.UsedBytes;

        for (int i = 0; i < 3; i++)
            LogRig.Open(rig.Disk, out _).Close();

        rig.Disk.UsedBytes.ShouldBe(size);
    }

    [Fact]
    public void A_batch_without_work_writes_nothing()
    {
        var disk = new SimulatedDisk(1);
        using WriteAheadLog log = LogRig.Open(disk, out _);
        int steps = disk.Steps;

        log.Write([]);
        log.Write([new Persist(1, null, 0, [], 0, 0, 1, [])]);
        log.Flush();

        disk.Steps.ShouldBe(steps);
    }

    [Fact]
    public void A_flushed_batch_costs_one_write_and_one_flush()
    {
        var disk = new SimulatedDisk(1);
        using WriteAheadLog log = LogRig.Open(disk, out _);
        int steps = disk.Steps;

        log.Write([new GroupScript(1).Next(10), new GroupScript(2).Next(10)]);
        log.Flush();
        log.Flush();

        disk.Steps.ShouldBe(steps + 2);
    }

    [Fact]
    public void A_failed_flush_is_final()
    {
        var disk = new SimulatedDisk(1);
        using WriteAheadLog log = LogRig.Open(disk, out _);
        var one = new GroupScript(1);
        log.Write([one.Next(1)]);
        disk.FailNextFlush();

        Should.Throw<IOException>(log.Flush);

        Should.Throw<IOException>(log.Flush).Message.ShouldContain("after a failure");
        Should.Throw<IOException>(() => log.Write([one.Next(1)]));
        Should.Throw<IOException>(log.Close);
    }

    [Fact]
    public void A_failed_write_is_final()
    {
        var disk = new SimulatedDisk(1);
        using WriteAheadLog log = LogRig.Open(disk, out _);
        var one = new GroupScript(1);
        disk.FailWritesAfter(10);

        Should.Throw<IOException>(() => log.Write([one.Next(1)]));

        Should.Throw<IOException>(log.Flush).Message.ShouldContain("after a failure");
        disk.Crash(CrashMode.KeepAll);
        LogRig.Open(disk, out RecoveredLog recovered).Dispose();
        recovered.Groups.ShouldBeEmpty();
        recovered.Notes.ShouldHaveSingleItem().ShouldContain("torn tail of 10 bytes");
    }

    [Fact]
    public void A_full_disk_is_named_and_final_and_loses_nothing()
    {
        var rig = new LogRig { Disk = new SimulatedDisk(1, capacityBytes: 1000) };
        WriteAheadLog log = LogRig.Open(rig.Disk, out _);
        var one = new GroupScript(1);
        rig.Write(log, one.Next(3));
        log.Flush();

        Should.Throw<DiskFullException>(() => log.Write([one.Next(1, commandBytes: 2000)])).Message.ShouldContain(LogRig.PathOf(1));

        Should.Throw<IOException>(log.Flush).Message.ShouldContain("disk is full");
        rig.Disk.Crash(CrashMode.LoseUnsynced);
        LogRig.Open(rig.Disk, out RecoveredLog recovered).Dispose();
        LogModel.Text(recovered).ShouldBe(rig.Model.After(rig.Model.Count));
    }

    [Fact]
    public void A_record_over_the_limit_is_refused_before_anything_of_its_batch_is_written()
    {
        var disk = new SimulatedDisk(1);
        using WriteAheadLog log = WriteAheadLog.Open(disk, LogRig.Directory, LogRig.Options with { MaxRecordBytes = 1000 }, out _);
        var one = new GroupScript(1);

        Should.Throw<InvalidOperationException>(() => log.Write([one.Next(1), one.Next(1, commandBytes: 1000)]))
            .Message.ShouldContain("over the limit of 1000");

        log.SizeBytes.ShouldBe(64);
    }

    private static readonly Dictionary<string, Persist> Broken = new()
    {
        { "entry 3 follows entry 1", new Persist(1, null, 0, [new Entry(3, 2, EntryKind.Noop, default)], 3, 0, 9, []) },
        { "has term 1, the one before has term 2", new Persist(1, null, 0, [new Entry(2, 1, EntryKind.Noop, default)], 2, 0, 9, []) },
        { "has term 3, but the node's term is 2", new Persist(1, null, 0, [new Entry(2, 3, EntryKind.Noop, default)], 2, 0, 9, []) },
        { "the term fell from 2 to 1", new Persist(1, HardState.Initial with { Term = 1 }, 0, [], 1, 0, 9, []) },
        { "a truncation from entry 3 on", new Persist(1, null, 3, [], 2, 0, 9, []) },
        { "a truncation from entry -1 on", new Persist(1, null, -1, [], 1, 0, 9, []) },
        { "the last entry is to be 7, but is 1", new Persist(1, null, 0, [], 7, 0, 9, []) },
    };

    public static TheoryData<string> Wrongs => [.. Broken.Keys];

    [Theory]
    [MemberData(nameof(Wrongs))]
    public void A_persist_that_could_not_be_read_back_is_not_written(string what)
    {
        using WriteAheadLog log = LogRig.Open(new SimulatedDisk(1), out _);
        log.Write([new Persist(1, HardState.Initial with { Term = 2 }, 0, [new Entry(1, 2, EntryKind.Noop, default)], 1, 0, 1, [])]);

        Should.Throw<InvalidOperationException>(() => log.Write([Broken[what]])).Message.ShouldContain(what);

        Should.Throw<IOException>(log.Flush);
    }

    [Fact]
    public void A_closed_log_takes_nothing_more()
    {
        WriteAheadLog log = LogRig.Open(new SimulatedDisk(1), out _);
        log.Close();

        Should.Throw<ObjectDisposedException>(() => log.Write([new GroupScript(1).Next(1)]));
    }

    [Fact]
    public void A_memory_log_keeps_nothing_and_counts_bytes()
    {
        using var log = new MemoryLog();

        log.Write([new GroupScript(1).Next(2, commandBytes: 10)]);
        log.Flush();

        log.SizeBytes.ShouldBe(2 * (10 + Entry.OverheadBytes));
        log.Close();
        Should.Throw<ObjectDisposedException>(log.Flush);
    }
}
