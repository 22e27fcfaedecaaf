using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

/// <summary>The disk must really be as bad as it says, or the tests upon it prove nothing.</summary>
public sealed class SimulatedDiskTests
{
    [Fact]
    public void Unflushed_bytes_are_forgotten()
    {
        (SimulatedDisk disk, IFile file) = WithFile();
        file.Append(new byte[100]);
        file.Flush();
        file.Append(new byte[50]);
        disk.Bytes("d/f").Length.ShouldBe(150);

        disk.Crash(CrashMode.LoseUnsynced);

        disk.Bytes("d/f").Length.ShouldBe(100);
    }

    [Fact]
    public void Unflushed_names_are_forgotten()
    {
        (SimulatedDisk disk, IFile file) = WithFile();
        file.Append([1]);
        file.Flush();
        disk.Open("d/new", create: true).Dispose();
        disk.Rename("d/f", "d/g");

        disk.Crash(CrashMode.LoseUnsynced);

        disk.List("d").ShouldBe(["f"]);
    }

    [Fact]
    public void A_rename_before_the_flush_of_its_file_may_leave_an_empty_file_in_place()
    {
        (SimulatedDisk disk, IFile file) = WithFile();
        file.Append([1, 2, 3]);
        file.Flush();
        using (IFile aside = disk.Open("d/f.tmp", create: true))
            aside.Append([4, 5, 6]);
        disk.Rename("d/f.tmp", "d/f");
        disk.FlushDirectory("d");

        disk.Crash(CrashMode.LoseUnsynced);

        disk.Bytes("d/f").ShouldBeEmpty();
    }

    [Fact]
    public void A_crash_of_the_process_keeps_what_the_power_would_lose()
    {
        (SimulatedDisk disk, IFile file) = WithFile();
        file.Append([1, 2, 3]);

        disk.Crash(CrashMode.ProcessOnly);
        disk.Bytes("d/f").Length.ShouldBe(3);
        Should.Throw<IOException>(() => file.Append([4]));

        disk.Crash(CrashMode.LoseUnsynced);
        disk.Bytes("d/f").ShouldBeEmpty();
    }

    [Fact]
    public void Tears_come_at_any_byte_and_sectors_are_lost_one_by_one()
    {
        var lengths = new HashSet<int>();
        var holes = new HashSet<string>();
        for (ulong seed = 0; seed < 300; seed++)
        {
            foreach (CrashMode mode in new[] { CrashMode.Tear, CrashMode.Sectors })
            {
                (SimulatedDisk disk, IFile file) = WithFile(seed);
                file.Append(Enumerable.Repeat((byte)7, 600).ToArray());
                file.Flush();
                file.Append(Enumerable.Repeat((byte)7, 1500).ToArray());
                disk.Crash(mode);
                byte[] left = disk.Bytes("d/f");
                left.Length.ShouldBeInRange(600, 2100);
                left.Take(600).ShouldAllBe(value => value == 7);
                if (mode == CrashMode.Tear)
                    lengths.Add(left.Length);
                if (mode == CrashMode.Tear)
                    left.ShouldAllBe(value => value == 7);
                else if (left.Length == 2100)
                    holes.Add(string.Concat(new[] { 600, 1024, 1536, 2048 }.Select(at => left[at])));
            }
        }

        lengths.Count.ShouldBeGreaterThan(200);
        holes.Count.ShouldBe(16);
    }

    [Fact]
    public void A_failed_flush_loses_its_bytes_though_they_can_be_read_and_later_flushes_succeed()
    {
        (SimulatedDisk disk, IFile file) = WithFile();
        file.Append([1, 2]);
        disk.FailNextFlush();
        Should.Throw<IOException>(file.Flush);
        file.Append([3]);
        file.Flush();
        disk.Bytes("d/f").ShouldBe([1, 2, 3]);

        disk.Crash(CrashMode.LoseUnsynced);

        disk.Bytes("d/f").ShouldBe([0, 0, 3]);
    }

    [Fact]
    public void It_is_full_at_its_capacity_and_keeps_what_fitted()
    {
        var disk = new SimulatedDisk(1, capacityBytes: 100);
        disk.CreateDirectory("d");
        using IFile file = disk.Open("d/f", create: true);
        file.Append(new byte[60]);
        disk.FreeBytes("d").ShouldBe(40);

        Should.Throw<DiskFullException>(() => file.Append(new byte[41]));

        file.Length.ShouldBe(100);
    }

    [Fact]
    public void Writes_fail_after_the_ordered_bytes_and_everything_after_the_ordered_steps()
    {
        (SimulatedDisk disk, IFile file) = WithFile();
        disk.FailWritesAfter(3);
        file.Append([1, 2]);
        Should.Throw<IOException>(() => file.Append([3, 4]));
        file.Length.ShouldBe(3);

        disk.LosePowerAfter(1);
        file.Flush();
        Should.Throw<IOException>(() => disk.Delete("d/f")).Message.ShouldContain("power");
        Should.Throw<IOException>(file.Flush);
    }

    [Fact]
    public void Locks_die_with_the_process_and_late_releases_do_not_count()
    {
        var disk = new SimulatedDisk(1);
        IDisposable? old = disk.TryLock("d/lock");
        disk.TryLock("d/lock").ShouldBeNull();
        disk.Crash(CrashMode.ProcessOnly);
        disk.TryLock("d/lock").ShouldNotBeNull();

        old!.Dispose();

        disk.TryLock("d/lock").ShouldBeNull();
    }

    [Fact]
    public void The_same_seed_gives_the_same_faults()
    {
        Left(5).ShouldBe(Left(5));
        Enumerable.Range(0, 20).Select(seed => Convert.ToHexString(Left((ulong)seed))).Distinct().Count().ShouldBeGreaterThan(10);

        static byte[] Left(ulong seed)
        {
            (SimulatedDisk disk, IFile file) = WithFile(seed);
            file.Append(Enumerable.Repeat((byte)7, 5000).ToArray());
            disk.Crash(CrashMode.Sectors);
            return disk.Bytes("d/f");
        }
    }

    private static (SimulatedDisk Disk, IFile File) WithFile(ulong seed = 1)
    {
        var disk = new SimulatedDisk(seed);
        disk.CreateDirectory("d");
        IFile file = disk.Open("d/f", create: true);
        disk.FlushDirectory("d");
        return (disk, file);
    }
}
