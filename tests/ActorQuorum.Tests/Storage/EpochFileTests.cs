using System.Text;
using ActorQuorum.Core.Voting;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;

namespace ActorQuorum.Tests.Storage;

[Trait("Row", "QC-14")]
public sealed class EpochFileTests
{
    private const string Home = "data";
    private const ulong Cluster = 0xC1;
    private static readonly string Epoch = Path.Combine(Home, "epoch");
    private static readonly VotingEpoch First = new(new FormationId(1_700_000_000_000, 0xF00D), 3);
    private static readonly VotingEpoch Second = new(new FormationId(1_700_000_000_001, 0xBEEF), 4);

    [Fact]
    public void A_new_directory_knows_of_no_mastership()
    {
        using var opened = EpochFile.Open(new SimulatedDisk(1), Home, Cluster);
        opened.Kept.ShouldBe(VotingEpoch.None);
    }

    [Fact]
    public void What_was_kept_survives_a_crash_at_once()
    {
        var disk = new SimulatedDisk(1);
        using (var first = EpochFile.Open(disk, Home, Cluster)) first.Keep(First);
        disk.Crash(CrashMode.LoseUnsynced);
        using var second = EpochFile.Open(disk, Home, Cluster);
        second.Kept.ShouldBe(First);
    }

    [Fact]
    public void It_is_readable_text()
    {
        var disk = new SimulatedDisk(1);
        using var opened = EpochFile.Open(disk, Home, Cluster);
        opened.Keep(First);
        Encoding.UTF8.GetString(disk.Bytes(Epoch)).ShouldStartWith(
            "actorquorum-epoch 1\ncluster 00000000000000c1\nformation 000000000000f00d\nfounded 1700000000000\ncounter 3\nchecksum ");
    }

    [Fact]
    public void A_crash_at_any_step_leaves_the_old_epoch_or_the_new_one()
    {
        var seen = new HashSet<VotingEpoch>();
        foreach (var mode in Enum.GetValues<CrashMode>())
        {
            for (var steps = 0; steps < 20; steps++)
            {
                for (ulong seed = 1; seed <= 5; seed++) seen.Add(AfterPowerLoss(seed, steps, mode));
            }
        }

        seen.ShouldBe([First, Second], ignoreOrder: true);
    }

    [Fact]
    public void A_failed_write_is_final()
    {
        var disk = new SimulatedDisk(1);
        using var opened = EpochFile.Open(disk, Home, Cluster);
        disk.FailNextFlush();
        Should.Throw<IOException>(() => opened.Keep(First));
        disk.ForgetFaults();
        Should.Throw<IOException>(() => opened.Keep(Second)).Message.ShouldContain("failed before");
        opened.Kept.ShouldBe(VotingEpoch.None);
    }

    [Fact]
    public void A_directory_in_use_or_of_another_cluster_is_refused()
    {
        var disk = new SimulatedDisk(1);
        using (var first = EpochFile.Open(disk, Home, Cluster))
        {
            first.Keep(First);
            Should.Throw<DataDirectoryException>(() => EpochFile.Open(disk, Home, Cluster)).Message.ShouldContain("in use");
        }

        Should.Throw<DataDirectoryException>(() => EpochFile.Open(disk, Home, 0xC2)).Message.ShouldContain("cluster 00000000000000c1");
        EpochFile.Open(disk, Home, Cluster).Dispose();
    }

    [Fact]
    public void Damage_anywhere_is_refused_and_the_text_says_what_to_do()
    {
        var disk = new SimulatedDisk(1);
        using (var first = EpochFile.Open(disk, Home, Cluster)) first.Keep(First);
        for (var offset = 0; offset < disk.Bytes(Epoch).Length; offset++)
        {
            disk.FlipBit(Epoch, offset);
            Should.Throw<DataDirectoryException>(() => EpochFile.Open(disk, Home, Cluster)).Message.ShouldContain("Put a copy of it back");
            disk.FlipBit(Epoch, offset);
        }

        disk.Cut(Epoch, 10);
        Should.Throw<DataDirectoryException>(() => EpochFile.Open(disk, Home, Cluster));
    }

    private static VotingEpoch AfterPowerLoss(ulong seed, int steps, CrashMode mode)
    {
        var disk = new SimulatedDisk(seed);
        var before = EpochFile.Open(disk, Home, Cluster);
        before.Keep(First);
        disk.LosePowerAfter(steps);
        try
        {
            before.Keep(Second);
        }
        catch (IOException)
        {
            // The power was gone.
        }

        disk.Crash(mode);
        disk.ForgetFaults();
        using var after = EpochFile.Open(disk, Home, Cluster);
        return after.Kept;
    }
}
