using System.Buffers.Binary;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

[Trait("Row", "RP-7")]
public sealed class DamageTests
{
    private static readonly string First = LogRig.PathOf(1);

    [Fact]
    public void A_log_cut_at_any_byte_yields_the_records_before_the_cut_and_goes_on()
    {
        LogRig rig = LogRig.FourBatches();
        byte[] whole = rig.Disk.Bytes(First);
        var records = LogRig.Layout(whole);
        records.Count(record => record.Kind == 1).ShouldBe(4);

        for (int length = 64; length <= whole.Length; length++)
        {
            SimulatedDisk disk = DiskOf(whole[..length]);
            using WriteAheadLog log = LogRig.Open(disk, out RecoveredLog recovered);

            int kept = records.Count(record => record.End <= length && record.Kind != 1);
            LogModel.Text(recovered).ShouldBe(rig.Model.After(kept), $"cut at {length}");
            bool isBoundary = length == 64 || records.Any(record => record.End == length);
            recovered.Notes.Count.ShouldBe(isBoundary ? 0 : 1, $"cut at {length}");
            GoesOn(disk, log, recovered);
        }
    }

    [Fact]
    public void A_log_cut_within_its_first_header_is_refused()
    {
        byte[] whole = LogRig.FourBatches().Disk.Bytes(First);

        for (int length = 0; length < 64; length++)
            Refusal(DiskOf(whole[..length])).Offset.ShouldBe(0);
    }

    [Fact]
    public void Any_flipped_bit_below_the_synced_mark_is_refused_with_file_and_offset()
    {
        byte[] whole = LogRig.FourBatches().Disk.Bytes(First);
        var records = LogRig.Layout(whole);
        long mark = LogRig.HighestMark(whole);
        mark.ShouldBe(records.Last(record => record.Kind == 1).Start);

        for (int at = 0; at < mark; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                SimulatedDisk disk = DiskOf(whole);
                disk.FlipBit(First, at, bit);

                StorageDamagedException refusal = Refusal(disk);

                refusal.File.ShouldBe(First);
                int start = at < 64 ? 0 : records.Single(record => at >= record.Start && at < record.End).Start;
                refusal.Offset.ShouldBe(start, $"bit {bit} of {at}");
                refusal.Message.ShouldContain($"{First} at offset {refusal.Offset}");
            }
        }
    }

    [Fact]
    public void Any_flipped_bit_above_the_synced_mark_cuts_the_tail()
    {
        LogRig rig = LogRig.FourBatches();
        byte[] whole = rig.Disk.Bytes(First);
        var records = LogRig.Layout(whole);

        for (int at = (int)LogRig.HighestMark(whole); at < whole.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                SimulatedDisk disk = DiskOf(whole);
                disk.FlipBit(First, at, bit);

                using WriteAheadLog log = LogRig.Open(disk, out RecoveredLog recovered);

                int kept = records.Count(record => record.End <= at && record.Kind != 1);
                LogModel.Text(recovered).ShouldBe(rig.Model.After(kept), $"bit {bit} of {at}");
                recovered.Notes.ShouldHaveSingleItem().ShouldStartWith("Cut a torn tail of ");
                if (bit == 0)
                    GoesOn(disk, log, recovered);
            }
        }
    }

    [Fact]
    public void After_a_clean_stop_any_flipped_bit_is_refused_or_costs_only_the_mark_of_the_stop()
    {
        LogRig rig = LogRig.FourBatches(cleanStop: true);
        byte[] whole = rig.Disk.Bytes(First);
        int stop = LogRig.Layout(whole)[^1].Start;
        whole[stop + 8].ShouldBe((byte)5);

        for (int at = 0; at < whole.Length; at++)
        {
            SimulatedDisk disk = DiskOf(whole);
            disk.FlipBit(First, at, at % 8);

            if (at < stop)
            {
                Refusal(disk);
                continue;
            }

            LogRig.Open(disk, out RecoveredLog recovered).Dispose();
            LogModel.Text(recovered).ShouldBe(rig.Model.After(rig.Model.Count));
            recovered.Notes.Count.ShouldBe(1);
        }
    }

    [Fact]
    public void Damage_in_a_segment_that_has_a_successor_is_refused_even_in_its_last_batch()
    {
        LogRig rig = SeveralSegments();
        byte[] whole = rig.Disk.Bytes(LogRig.PathOf(2));
        IReadOnlyDictionary<string, byte[]> image = rig.Disk.Image();

        for (int at = 0; at < whole.Length; at++)
        {
            SimulatedDisk disk = SimulatedDisk.Restore(1, image);
            disk.FlipBit(LogRig.PathOf(2), at, at % 8);
            Refusal(disk).File.ShouldBe(LogRig.PathOf(2));
        }

        for (int length = 0; length < whole.Length; length++)
        {
            SimulatedDisk disk = SimulatedDisk.Restore(1, image);
            disk.Cut(LogRig.PathOf(2), length);
            Refusal(disk).File.ShouldBe(LogRig.PathOf(2));
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void A_gap_between_segments_is_refused(long missing)
    {
        LogRig rig = SeveralSegments();
        rig.Disk.Delete(LogRig.PathOf(missing));

        Refusal(rig.Disk).File.ShouldBe(LogRig.PathOf(missing));
    }

    [Fact]
    public void A_segment_under_the_name_of_another_is_refused()
    {
        LogRig rig = SeveralSegments();
        int last = rig.Disk.List(LogRig.Directory).Count;
        rig.Disk.Rename(LogRig.PathOf(last), LogRig.PathOf(last - 1));

        Refusal(rig.Disk).Message.ShouldContain($"named as segment {last - 1}, but is segment {last}");
    }

    [Fact]
    public void A_segment_of_another_node_is_refused()
    {
        SimulatedDisk disk = LogRig.FourBatches().Disk;

        foreach (WriteAheadLogOptions other in new[]
        {
            LogRig.Options with { ClusterId = 0xC2 },
            LogRig.Options with { Member = new MemberId(0xA2) },
            LogRig.Options with { Incarnation = 0x12 },
        })
        {
            Should.Throw<DataDirectoryException>(() => WriteAheadLog.Open(disk, LogRig.Directory, other, out _))
                .Message.ShouldContain("belongs to member a1 of cluster 00000000000000c1");
        }
    }

    [Fact]
    public void A_huge_length_takes_no_memory()
    {
        byte[] whole = LogRig.FourBatches().Disk.Bytes(First);
        int last = LogRig.Layout(whole)[^1].Start;
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(last), uint.MaxValue);
        SimulatedDisk disk = DiskOf(whole);
        long before = GC.GetAllocatedBytesForCurrentThread();

        LogRig.Open(disk, out RecoveredLog recovered).Dispose();

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
        recovered.Notes.ShouldHaveSingleItem().ShouldContain("length is 4294967295");
    }

    [Fact]
    public void A_huge_count_of_founding_members_takes_no_memory()
    {
        byte[] payload = new byte[21];
        BinaryPrimitives.WriteInt32LittleEndian(payload.AsSpan(17), int.MaxValue);
        SimulatedDisk disk = DiskOf(WithRecord(3, payload));
        long before = GC.GetAllocatedBytesForCurrentThread();

        Refusal(disk).Message.ShouldContain("a state record is malformed");

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Theory]
    [InlineData(2, 16, "an entry record is malformed")]
    [InlineData(3, 20, "a state record is malformed")]
    [InlineData(4, 7, "a truncation record is malformed")]
    [InlineData(1, 24, "a mark does not fit")]
    [InlineData(5, 23, "a mark does not fit")]
    [InlineData(2, 17, "entry 0 follows entry 0")]
    [InlineData(4, 8, "a truncation from entry 0 on")]
    public void A_record_whose_checksum_matches_but_not_its_meaning_is_refused(byte kind, int payloadBytes, string what)
    {
        Refusal(DiskOf(WithRecord(kind, new byte[payloadBytes]))).Message.ShouldContain(what);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(255)]
    public void An_unknown_kind_of_record_stops_and_changes_nothing(byte kind)
    {
        byte[] bytes = WithRecord(kind, [1, 2, 3]);
        SimulatedDisk disk = DiskOf(bytes);

        Should.Throw<NewerFormatException>(() => LogRig.Open(disk, out _))
            .Message.ShouldContain($"made by a newer version of ActorQuorum: a record of kind {kind}");

        disk.Bytes(First).ShouldBe(bytes);
    }

    [Fact]
    public void A_newer_format_stops_and_changes_nothing()
    {
        byte[] whole = LogRig.FourBatches().Disk.Bytes(First);
        whole[8] = 2;
        BinaryPrimitives.WriteUInt32LittleEndian(whole.AsSpan(60), Crc32C.Append(0, whole.AsSpan(0, 60)));
        SimulatedDisk disk = DiskOf(whole);

        Should.Throw<NewerFormatException>(() => LogRig.Open(disk, out _)).Message.ShouldContain("the log's format is 2, known is 1");

        disk.Bytes(First).ShouldBe(whole);
    }

    [Fact]
    public void A_mark_in_the_bytes_of_a_command_is_not_taken_for_one()
    {
        var rig = new LogRig();
        using (WriteAheadLog log = LogRig.Open(rig.Disk, out _))
        {
            rig.Write(log, new GroupScript(1).Next(1));
            log.Flush();
            rig.Write(log, new GroupScript(2).Next(1));
            // A true batch header of this very segment, as a command: a backup of the log that is kept in the store.
            byte[] bytes = rig.Disk.Bytes(First);
            var header = LogRig.Layout(bytes).Last(record => record.Kind == 1);
            LogRig.HighestMark(bytes).ShouldBe(header.Start);
            rig.Write(log, new Persist(1, null, 0, [new Entry(2, 1, EntryKind.Command, bytes.AsMemory(header.Start..header.End))], 2, 0, 3, []));
        }

        // All true marks are torn, the first batch with them; only the copy is whole, and it says that the first batch was synced.
        foreach (var header in LogRig.Layout(rig.Disk.Bytes(First)).Where(record => record.Kind == 1).ToList())
            rig.Disk.FlipBit(First, header.Start + 20);

        LogRig.Open(rig.Disk, out RecoveredLog recovered).Dispose();
        recovered.Notes.ShouldHaveSingleItem().ShouldContain($"{First}:64");
    }

    [Fact]
    public void What_a_crash_left_unfinished_is_deleted_and_what_is_not_ours_is_left_alone()
    {
        LogRig rig = LogRig.FourBatches();
        string aside = LogRig.PathOf(2) + ".tmp";
        rig.Disk.Open(aside, create: true).Dispose();
        rig.Disk.Open(Path.Combine(LogRig.Directory, "notes.txt"), create: true).Dispose();

        LogRig.Open(rig.Disk, out RecoveredLog recovered).Dispose();

        rig.Disk.List(LogRig.Directory).ShouldBe(["0000000000000001.wal", "notes.txt"]);
        recovered.Notes.Count.ShouldBe(2);
        LogModel.Text(recovered).ShouldBe(rig.Model.After(rig.Model.Count));
    }

    private static StorageDamagedException Refusal(SimulatedDisk disk) =>
        Should.Throw<StorageDamagedException>(() => LogRig.Open(disk, out _));

    private static SimulatedDisk DiskOf(byte[] segment) => SimulatedDisk.Restore(1, new Dictionary<string, byte[]> { [First] = segment });

    /// <summary>After a cut the log takes new records, and they are there after the next crash.</summary>
    private static void GoesOn(SimulatedDisk disk, WriteAheadLog log, RecoveredLog recovered)
    {
        var script = new GroupScript(1, recovered.Groups.GetValueOrDefault(1));
        log.Write([script.Next(1, newTerm: true)]);
        log.Flush();
        disk.Crash(CrashMode.LoseUnsynced);
        LogRig.Open(disk, out RecoveredLog again).Dispose();
        again.Groups[1].Entries.Count.ShouldBe((int)script.LastIndex);
        again.Notes.ShouldBeEmpty();
    }

    private static byte[] WithRecord(byte kind, byte[] payload)
    {
        byte[] bytes = LogRig.FourBatches().Disk.Bytes(First)[..64];
        uint crc = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(60));
        byte[] record = new byte[13 + payload.Length];
        BinaryPrimitives.WriteInt32LittleEndian(record, 5 + payload.Length);
        record[8] = kind;
        record[9] = 1;
        payload.CopyTo(record, 13);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), Crc32C.Append(crc, record.AsSpan(8)));
        return [.. bytes, .. record];
    }

    private static LogRig SeveralSegments()
    {
        var rig = new LogRig();
        var one = new GroupScript(1);
        using WriteAheadLog log = LogRig.Open(rig.Disk, out _, segmentSizeBytes: 300);
        for (int i = 0; i < 8; i++)
        {
            rig.Write(log, one.Next(2, newTerm: i % 3 == 0));
            log.Flush();
        }

        rig.Disk.List(LogRig.Directory).Count.ShouldBeGreaterThan(3);
        return rig;
    }
}
