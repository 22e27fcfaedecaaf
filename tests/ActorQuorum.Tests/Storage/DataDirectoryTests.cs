using System.Text;
using ActorQuorum.Core.Raft;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

[Trait("Row", "RP-7")]
[Trait("Row", "RN-5")]
public sealed class DataDirectoryTests
{
    private const string Home = "data";
    private static readonly string Identity = Path.Combine(Home, "identity");
    private static readonly string FirstSegment = Path.Combine(Home, "log", "0000000000000001.wal");

    [Fact]
    public void A_directory_keeps_its_incarnation()
    {
        var disk = new SimulatedDisk(1);
        using (DataDirectory first = Open(disk, incarnation: 0xABC))
            first.Incarnation.ShouldBe(0xABCUL);
        disk.Crash(CrashMode.LoseUnsynced);

        using DataDirectory second = Open(disk, incarnation: 0xDEF);

        second.Incarnation.ShouldBe(0xABCUL);
        second.LogDirectory.ShouldBe(Path.Combine(Home, "log"));
    }

    [Fact]
    public void The_identity_is_readable_text()
    {
        var disk = new SimulatedDisk(1);
        Open(disk, incarnation: 0xABC).Dispose();

        Encoding.UTF8.GetString(disk.Bytes(Identity)).ShouldBe(
            "actorquorum-identity 1\ncluster 00000000000000c1\nmember 00000000000000a1\nname n1\n"
            + "incarnation 0000000000000abc\nchecksum 18ed5dac\n");
    }

    [Fact]
    public void Zero_is_no_incarnation()
    {
        ulong next = 0;

        using DataDirectory opened = DataDirectory.Open(new SimulatedDisk(1), Home, 1, new MemberId(1), "n1", () => next++);

        opened.Incarnation.ShouldBe(1UL);
    }

    [Fact]
    public void A_directory_in_use_is_refused_and_its_holder_named()
    {
        var disk = new SimulatedDisk(1);
        DataDirectory first = Open(disk);

        Should.Throw<DataDirectoryException>(() => Open(disk)).Message
            .ShouldBe($"The data directory {Home} is in use by another process (number {Environment.ProcessId}). "
                + "Stop that one first, or give this node a directory of its own.");

        first.Dispose();
        Open(disk).Dispose();
    }

    [Fact]
    public void A_directory_that_was_refused_is_not_kept_locked()
    {
        var disk = new SimulatedDisk(1);
        Open(disk).Dispose();
        Should.Throw<DataDirectoryException>(() => DataDirectory.Open(disk, Home, 0xC2, new MemberId(0xA1), "n1", () => 1));

        Open(disk).Dispose();
    }

    [Theory]
    [InlineData(0xC2, 0xA1, "n1", "member n1 (a1) of cluster 00000000000000c2")]
    [InlineData(0xC1, 0xA2, "n1", "member n1 (a2) of cluster 00000000000000c1")]
    [InlineData(0xC1, 0xA1, "n2", "member n2 (a1) of cluster 00000000000000c1")]
    public void A_directory_of_another_node_or_cluster_is_refused_and_both_are_named(int cluster, int member, string name, string self)
    {
        var disk = new SimulatedDisk(1);
        Open(disk).Dispose();

        string message = Should.Throw<DataDirectoryException>(
            () => DataDirectory.Open(disk, Home, (ulong)cluster, new MemberId((ulong)member), name, () => 1)).Message;

        message.ShouldContain("belongs to member n1 (a1) of cluster 00000000000000c1");
        message.ShouldContain(self);
    }

    [Fact]
    public void An_identity_whose_log_is_gone_is_refused()
    {
        var disk = new SimulatedDisk(1);
        Open(disk).Dispose();
        disk.Delete(FirstSegment);

        Should.Throw<DataDirectoryException>(() => Open(disk)).Message.ShouldContain("has an identity, but");
    }

    [Fact]
    public void A_log_whose_identity_is_gone_is_refused_and_kept()
    {
        var disk = new SimulatedDisk(1);
        using (DataDirectory opened = Open(disk))
            WriteOneEntry(disk, opened);
        disk.Delete(Identity);

        Should.Throw<DataDirectoryException>(() => Open(disk)).Message.ShouldContain("but no identity");

        disk.Bytes(FirstSegment).Length.ShouldBeGreaterThan(64);
    }

    [Fact]
    public void An_identity_with_any_flipped_bit_is_refused()
    {
        var disk = new SimulatedDisk(1);
        Open(disk).Dispose();
        IReadOnlyDictionary<string, byte[]> image = disk.Image();

        for (int at = 0; at < image[Identity].Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                SimulatedDisk rotten = SimulatedDisk.Restore(1, image);
                rotten.FlipBit(Identity, at, bit);
                Should.Throw<StorageDamagedException>(() => Open(rotten), $"bit {bit} of {at}").File.ShouldBe(Identity);
            }
        }
    }

    [Fact]
    public void An_identity_of_a_newer_format_is_refused()
    {
        const string Text = "actorquorum-identity 4\nnew ways\n";
        string sealed_ = $"{Text}checksum {Crc32C.Append(0, Encoding.UTF8.GetBytes(Text)):x8}\n";
        SimulatedDisk disk = SimulatedDisk.Restore(1, new Dictionary<string, byte[]> { [Identity] = Encoding.UTF8.GetBytes(sealed_) });

        Should.Throw<NewerFormatException>(() => Open(disk)).Message.ShouldContain("the identity's format is 4");
    }

    [Fact]
    public void A_name_that_would_break_the_identity_is_refused() =>
        Should.Throw<ArgumentException>(() => DataDirectory.Open(new SimulatedDisk(1), Home, 1, new MemberId(1), "n\n1", () => 1));

    [Fact]
    public void A_first_start_that_crashes_at_any_step_can_be_repeated()
    {
        int crashes = 0;
        foreach (CrashMode mode in Enum.GetValues<CrashMode>())
        {
            for (ulong seed = 0; seed < 5; seed++)
            {
                int steps = 0;
                while (!StartSurvives(mode, seed, steps))
                    steps++;
                crashes += steps;
            }
        }

        crashes.ShouldBeGreaterThan(300);
    }

    /// <summary>Starts with a power failure after some steps, then again; returns whether the first start came through.</summary>
    private static bool StartSurvives(CrashMode mode, ulong seed, int steps)
    {
        var disk = new SimulatedDisk(seed);
        disk.LosePowerAfter(steps);
        ulong told = 0;
        bool isFlushed = false;
        try
        {
            DataDirectory first = Open(disk, incarnation: 0xABC);
            told = first.Incarnation;
            WriteOneEntry(disk, first);
            isFlushed = true;
        }
        catch (IOException cause) when (cause is not (StorageDamagedException or DataDirectoryException))
        {
        }

        disk.Crash(mode);
        using DataDirectory second = Open(disk, incarnation: 0xDEF);
        using (OpenLog(disk, second, out RecoveredLog recovered))
        {
            if (told != 0)
                second.Incarnation.ShouldBe(told, $"{mode} {seed} {steps}");
            if (isFlushed)
                recovered.Groups[1].Entries.Count.ShouldBe(1);
        }

        // What the second start told others must outlive the power, even if the first had left it in the page cache only.
        disk.Crash(CrashMode.LoseUnsynced);
        using DataDirectory third = Open(disk, incarnation: 0x123);
        third.Incarnation.ShouldBe(second.Incarnation, $"{mode} {seed} {steps}");
        return isFlushed;
    }

    private static DataDirectory Open(IFileSystem files, ulong incarnation = 1) =>
        DataDirectory.Open(files, Home, 0xC1, new MemberId(0xA1), "n1", () => incarnation);

    private static WriteAheadLog OpenLog(IFileSystem files, DataDirectory opened, out RecoveredLog recovered) => WriteAheadLog.Open(
        files, opened.LogDirectory, LogRig.Options with { Incarnation = opened.Incarnation }, out recovered);

    private static void WriteOneEntry(IFileSystem files, DataDirectory opened)
    {
        using WriteAheadLog log = OpenLog(files, opened, out _);
        log.Write([new GroupScript(1).Next(1)]);
        log.Flush();
    }
}
