using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

/// <summary>The log forgets what snapshots stand for, segment by segment, and a start may begin with any segment.</summary>
[Trait("Row", "RP-8")]
[Trait("Row", "RP-7")]
public sealed class LogCompactionTests
{
    private const int SegmentBytes = 600;
    private readonly LogRig _rig = new();
    private readonly GroupScript _one = new(1);
    private readonly GroupScript _two = new(2);

    [Fact]
    public void What_lies_before_the_base_is_not_handed_out_any_more()
    {
        using (WriteAheadLog log = Filled(10))
        {
            _rig.Write(log, _one.Rebase(7));
            log.Flush();
        }

        using WriteAheadLog again = Open(out RecoveredLog recovered);
        recovered.Groups[1].Base.ShouldBe(new LogPlace(7, 1));
        recovered.Groups[1].Entries.Select(entry => entry.Index).ShouldBe([8, 9, 10]);
        LogModel.Text(recovered).ShouldBe(_rig.Model.After(_rig.Model.Count));
    }

    [Fact]
    public void Whole_segments_go_once_a_snapshot_stands_for_every_groups_entries_in_them()
    {
        using WriteAheadLog log = Filled(100, both: true);
        int before = _rig.Disk.FilesUnder(LogRig.Directory).Count;
        long size = log.SizeBytes;
        _rig.Write(log, _one.Rebase(90));
        log.Flush();
        log.TakeTrim().ShouldBeNull("the other group still needs them");

        _rig.Write(log, _two.Rebase(50));
        log.TakeTrim().ShouldBeNull("the base is not durable yet");
        log.Flush();
        log.TakeTrim().ShouldNotBeNull().Invoke();

        var left = _rig.Disk.FilesUnder(LogRig.Directory);
        left.Count.ShouldBeInRange(3, before * 2 / 3);
        log.SizeBytes.ShouldBe(left.Sum(file => file.Length));
        log.SizeBytes.ShouldBeLessThan(size);
        log.TakeTrim().ShouldBeNull();
        Recovered();
    }

    [Fact]
    public void A_start_with_a_later_segment_goes_on_as_one_with_the_first()
    {
        using (WriteAheadLog log = Filled(100))
        {
            _rig.Write(log, _one.Rebase(60));
            log.Flush();
            log.TakeTrim().ShouldNotBeNull().Invoke();
            _rig.Write(log, _one.Next(3, newTerm: true), _one.Next(4, newTerm: true, truncateFrom: 80));
            log.Flush();
        }

        using (WriteAheadLog again = Open(out RecoveredLog recovered))
        {
            LogModel.Text(recovered).ShouldBe(_rig.Model.After(_rig.Model.Count));
            recovered.Groups[1].State.Term.ShouldBe(3);
            _rig.Write(again, _one.Next(60));
            _rig.Write(again, _one.Rebase(100, 3));
            again.Flush();
            again.TakeTrim().ShouldNotBeNull().Invoke();
        }

        Recovered();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_truncation_into_segments_that_were_given_up_later_is_understood(int furtherBack)
    {
        // Found by seed 1795212084182 of five nodes: it refused the log of a node that had followed another leader across the end of a segment.
        using (WriteAheadLog log = Filled(60))
        {
            var segments = _rig.Disk.FilesUnder(LogRig.Directory).Count;
            while (_rig.Disk.FilesUnder(LogRig.Directory).Count == segments)
                _rig.Write(log, _one.Next(1));
            var end = _one.LastIndex - 1;
            _rig.Write(log, _one.Next(6, newTerm: true, truncateFrom: end - furtherBack));
            log.Flush();
            _rig.Write(log, _one.Rebase(end, 2));
            log.Flush();
            log.TakeTrim().ShouldNotBeNull().Invoke();
            _rig.Disk.FilesUnder(LogRig.Directory).ShouldNotContain(file => file.Path == LogRig.PathOf(segments), "what was truncated stood there");
        }

        Recovered();
    }

    [Fact]
    public void A_reset_forgets_everything_and_the_log_goes_on_behind_it()
    {
        using (WriteAheadLog log = Filled(40))
        {
            _rig.Write(log, _one.Next(0, newTerm: true), _one.Reset(500, 2));
            log.Flush();
            _rig.Write(log, _one.Next(2));
            log.Flush();
            log.TakeTrim().ShouldNotBeNull().Invoke();
            _rig.Disk.FilesUnder(LogRig.Directory).Count.ShouldBe(1, "nothing before the reset is needed, and a new segment was begun for it");
        }

        Recovered();
        using WriteAheadLog again = Open(out RecoveredLog recovered);
        recovered.Groups[1].Entries.Select(entry => entry.Index).ShouldBe([501, 502]);
    }

    [Theory]
    [InlineData(11, 1, false, "a base at entry 11, but the log holds 1 to 10")]
    [InlineData(5, 2, false, "a base of term 2 at entry 5, which has term 1")]
    [InlineData(500, 2, true, "behind entry 500 of term 2, but the node's term is 1")]
    public void A_base_that_cannot_be_is_refused_before_anything_is_written(long index, long term, bool isReset, string why)
    {
        using WriteAheadLog log = Filled(10);
        byte[] before = _rig.Disk.Bytes(LogRig.PathOf(1));
        var persist = new Persist(1, null, 0, [], isReset ? index : 10, 0, 99, []) { Base = new LogBase(index, term, isReset) };
        Should.Throw<InvalidOperationException>(() => log.Write([persist])).Message.ShouldContain(why);
        _rig.Disk.Bytes(LogRig.PathOf(1)).ShouldBe(before);
    }

    [Fact]
    public void A_truncation_below_the_base_is_refused()
    {
        using WriteAheadLog log = Filled(10);
        log.Write([_one.Rebase(6)]);
        Should.Throw<InvalidOperationException>(() => log.Write([_one.Next(1, newTerm: true, truncateFrom: 6)]))
            .Message.ShouldContain("a snapshot stands for the entries up to 6");
    }

    [Fact]
    public void A_gap_among_the_segments_is_refused_and_so_is_a_first_segment_that_does_not_say_where_it_begins()
    {
        Filled(100).Dispose();
        var image = _rig.Disk.Image();
        var first = LogRig.PathOf(1);
        var second = LogRig.PathOf(2);

        var gap = SimulatedDisk.Restore(1, image.Where(file => file.Key != second).ToDictionary());
        Should.Throw<StorageDamagedException>(() => LogRig.Open(gap, out _)).File.ShouldBe(second);

        var headless = SimulatedDisk.Restore(1, image.Where(file => file.Key != first).ToDictionary());
        LogRig.Open(headless, out RecoveredLog recovered).Dispose();
        recovered.Groups[1].Base.Index.ShouldBeGreaterThan(0, "the entries before are missing, and whoever joins log and snapshot sees it");

        byte[] cut = image[second][..64];
        var empty = SimulatedDisk.Restore(1, new Dictionary<string, byte[]> { [second] = cut });
        Should.Throw<StorageDamagedException>(() => LogRig.Open(empty, out _)).Message.ShouldContain("does not say where the log stood");
    }

    [Fact]
    public void A_group_that_wrote_nothing_is_not_there_after_a_start_with_a_later_segment()
    {
        using (WriteAheadLog log = Open(out _))
        {
            _rig.Write(log, _one.Next(1), new Persist(2, null, 0, [], 0, 0, 1, []));
            for (int i = 0; i < 30; i++)
                _rig.Write(log, _one.Next(1));
            log.Flush();
        }

        Open(out RecoveredLog recovered).Dispose();
        recovered.Groups.Keys.ShouldBe([1]);
    }

    [Fact]
    public void A_segment_that_says_something_else_of_where_it_begins_is_refused()
    {
        var tail = new GroupReplay(mayBegin: false);
        var buffer = new RecordBuffer();
        buffer.Add(1, PlaceMeaning.SegmentBegins, new LogPlace(5, 1));
        ActorQuorum.Storage.Record.TryRead(buffer.Bytes, 0, 0, out ActorQuorum.Storage.Record record).ShouldBeNull();
        tail.Apply(record).ShouldNotBeNull().ShouldContain("the segment says that the log ended at entry 5");
    }

    /// <summary>The machine dies at every single step of a log that is written, compacted and trimmed.</summary>
    [Fact]
    public void A_crash_at_any_step_loses_nothing_that_was_flushed()
    {
        for (int steps = 0; ; steps++)
        {
            foreach (CrashMode mode in Enum.GetValues<CrashMode>())
            {
                if (!DiesAfter(steps, mode))
                {
                    steps.ShouldBeGreaterThan(40);
                    return;
                }
            }
        }
    }

    private static bool DiesAfter(int steps, CrashMode mode)
    {
        var rig = new LogRig { Disk = new SimulatedDisk((ulong)steps) };
        WriteAheadLog log = LogRig.Open(rig.Disk, out _, SegmentBytes);
        var script = new GroupScript(1);
        int flushed = 0;
        bool isDead = false;
        rig.Disk.LosePowerAfter(steps);
        try
        {
            for (int round = 1; round <= 8; round++)
            {
                Write(script.Next(5, commandBytes: 40, newTerm: round == 4));
                if (round % 3 == 0)
                    Write(script.Rebase((round * 5) - 3, round < 4 ? 1 : 2));
                if (round == 7)
                    Write(script.Reset(100, 2));
                log.Flush();
                flushed = rig.Model.Count;
                log.TakeTrim()?.Invoke();
            }
        }
        catch (IOException)
        {
            isDead = true;
        }

        log.Dispose();
        rig.Disk.Crash(mode);
        using WriteAheadLog again = LogRig.Open(rig.Disk, out RecoveredLog recovered, SegmentBytes);
        string text = LogModel.Text(recovered);
        int count = rig.Model.Count;
        while (count > flushed && rig.Model.After(count) != text)
            count--;
        text.ShouldBe(rig.Model.After(count), $"{flushed} of {rig.Model.Count} records were flushed; {steps} steps, {mode}");
        return isDead;

        void Write(Persist persist)
        {
            // Of a write that fails some may be there.
            rig.Model.Add([persist]);
            log.Write([persist]);
        }
    }

    private WriteAheadLog Open(out RecoveredLog recovered) => LogRig.Open(_rig.Disk, out recovered, SegmentBytes);

    private WriteAheadLog Filled(int entries, bool both = false)
    {
        WriteAheadLog log = Open(out _);
        for (int i = 0; i < entries; i++)
        {
            _rig.Write(log, _one.Next(1));
            if (both)
                _rig.Write(log, _two.Next(1));
        }

        log.Flush();
        return log;
    }

    private void Recovered()
    {
        SimulatedDisk copy = SimulatedDisk.Restore(1, _rig.Disk.Image());
        LogRig.Open(copy, out RecoveredLog recovered, SegmentBytes).Dispose();
        LogModel.Text(recovered).ShouldBe(_rig.Model.After(_rig.Model.Count));
    }
}
