using System.Text;
using ActorQuorum.Configuration;
using ActorQuorum.Core.Raft;
using ActorQuorum.StateMachines;
using ActorQuorum.Storage;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.Tests.Configuration;

namespace ActorQuorum.Tests.Storage;

[Trait("Row", "RN-6")]
public sealed class JoinFileTests
{
    private const string Home = "n4";

    private static readonly ClusterJoin s_join = new(0xC1, new(0xD4),
    [
        new(new(0xA1), "n1", "127.0.0.1:7101", "127.0.0.1:2391"), new(new(0xB2), "", "127.0.0.1:7102", ""),
        new(new(0xD4), "n4", "127.0.0.1:7104", "127.0.0.1:2394"),
    ]);

    [Fact]
    public void What_was_joined_is_readable_text_and_outlives_a_crash()
    {
        var disk = new SimulatedDisk(1);
        JoinFile.Write(disk, Home, s_join);
        disk.Crash(CrashMode.LoseUnsynced);

        Encoding.UTF8.GetString(disk.Bytes(Path.Combine(Home, "joined"))).ShouldStartWith(
            "actorquorum-join 1\ncluster 00000000000000c1\nself 00000000000000d4\n"
            + "member 00000000000000a1 n1 127.0.0.1:7101 127.0.0.1:2391\nmember 00000000000000b2 - 127.0.0.1:7102 -\n");
        var read = JoinFile.Read(disk, Home)!;
        (read.ClusterId, read.Self).ShouldBe((s_join.ClusterId, s_join.Self));
        read.Members.ShouldBe(s_join.Members);
    }

    [Fact]
    public void A_directory_that_joined_nothing_says_nothing()
    {
        var disk = new SimulatedDisk(1);
        JoinFile.Read(disk, Home).ShouldBeNull();
        disk.CreateDirectory(Home);
        JoinFile.Read(disk, Home).ShouldBeNull();
        NodeIdentity.JoinedBefore(disk, ClusterJoinTests.Options()).ShouldBeNull();
    }

    [Fact]
    public void Every_flipped_or_missing_byte_is_noticed()
    {
        var disk = new SimulatedDisk(1);
        JoinFile.Write(disk, Home, s_join);
        var whole = disk.Bytes(Path.Combine(Home, "joined")).ToArray();
        for (var at = 0; at < whole.Length; at++)
        {
            byte[] flipped = [.. whole];
            flipped[at] ^= 1;
            Refused(flipped);
            Refused(whole[..at]);
        }
    }

    [Fact]
    [Trait("Row", "CO-4")]
    [Trait("Row", "CO-5")]
    public void A_node_that_joined_is_known_to_what_is_done_to_stopped_nodes()
    {
        var disk = new SimulatedDisk(1);
        var options = ClusterJoinTests.Options();
        Start(disk, options with { Join = s_join });

        using (var stopped = StoppedNode.Open(disk, options))
        {
            stopped.Identity.Member.ShouldBe(new MemberId(0xD4));
            stopped.Reset(() => 0x333);
        }

        NodeIdentity.Find(disk, options).ClusterId.ShouldBe(0xC1UL, "reset forgets what was written, not which cluster it is of");
        Start(disk, options);
    }

    [Theory]
    [Trait("Row", "CO-4")]
    [InlineData(true)]
    [InlineData(false)]
    public void A_node_that_was_reset_joins_whatever_cluster_added_it_and_stays_there(bool isFounder)
    {
        var disk = new SimulatedDisk(1);
        var options = ClusterJoinTests.Options();
        Start(disk, isFounder ? options : options with { Join = s_join });
        Reset(disk, options);
        var other = s_join with { ClusterId = 0xC2, Self = new(0xE5) };

        Start(disk, options with { Join = other });

        NodeIdentity.JoinedBefore(disk, options).ShouldBeNull("it holds nothing yet, and may be told anew");
        var identity = NodeIdentity.Find(disk, options);
        (identity.ClusterId, identity.Self.Id, identity.IsJoining).ShouldBe((0xC2UL, new MemberId(0xE5), true));
        Start(disk, options);
        Start(disk, options with { Join = s_join });
        NodeIdentity.Find(disk, options).ClusterId.ShouldBe(0xC1UL);
        Reset(disk, options);
        NodeIdentity.Find(disk, options).ClusterId.ShouldBe(0xC1UL);
    }

    [Fact]
    [Trait("Row", "CO-4")]
    public void What_a_node_holds_after_a_reset_is_not_taken_away_by_joining_another_cluster()
    {
        var disk = new SimulatedDisk(1);
        var options = ClusterJoinTests.Options();
        Start(disk, options with { Join = s_join });
        Reset(disk, options);
        using (var storage = Open(disk, options))
        {
            storage.IsReset.ShouldBeTrue();
            storage.Log.Write([new Persist(0, new HardState(3, MemberId.None, false, []), 0, [new Entry(1, 3, EntryKind.Command, SnapshotRig.Put("a", "b"))], 1, 0, 1, [])]);
            storage.Log.Close();
            storage.Log.Dispose();
        }

        Should.Throw<DataDirectoryException>(() => NodeIdentity.Find(disk, options with { Join = s_join with { ClusterId = 0xC2 } }))
            .Message.ShouldContain("belongs to member");
        NodeIdentity.JoinedBefore(disk, options)!.ClusterId.ShouldBe(0xC1UL);
        using var again = Open(disk, options);
        again.Log.Dispose();
        again.Durable.Entries.ShouldHaveSingleItem();
    }

    /// <summary>The machine dies at every step of a start that joins: the next one joins, told again or not, as far as it was written down.</summary>
    [Fact]
    [Trait("Row", "CO-4")]
    public void A_crash_while_a_node_joins_that_was_reset_is_mended_by_the_next_start()
    {
        var options = ClusterJoinTests.Options();
        var first = new SimulatedDisk(1);
        Start(first, options);
        Reset(first, options);
        var image = first.Image();
        for (var steps = 0; ; steps++)
        {
            var isDone = false;
            foreach (var mode in Enum.GetValues<CrashMode>())
            {
                var disk = SimulatedDisk.Restore((ulong)steps + 1, image);
                isDone = StartsWithin(disk, steps, options with { Join = s_join });
                disk.Crash(mode);
                StoppedNode.Open(disk, options).Dispose();
                var isKnown = disk.List(Home).Contains(JoinFile.Name);
                Start(disk, isKnown ? options : options with { Join = s_join });
                NodeIdentity.Find(disk, options).ClusterId.ShouldBe(0xC1UL, $"{steps} steps, {mode}");
            }

            if (!isDone) continue;
            steps.ShouldBeGreaterThan(10);
            return;
        }
    }

    [Fact]
    public void A_node_that_joined_is_itself_at_its_next_start_without_being_told()
    {
        var disk = new SimulatedDisk(1);
        var options = ClusterJoinTests.Options();
        Start(disk, options with { Join = s_join });

        var identity = NodeIdentity.Find(disk, options);

        (identity.ClusterId, identity.Self.Id, identity.IsJoining).ShouldBe((0xC1UL, new MemberId(0xD4), true));
        NodeIdentity.JoinedBefore(disk, options)!.ClusterId.ShouldBe(0xC1UL);
        NodeIdentity.Find(disk, options with { Join = s_join }).Self.Id.ShouldBe(new MemberId(0xD4));
    }

    [Fact]
    public void A_join_that_did_not_come_to_a_start_may_be_told_anew()
    {
        var disk = new SimulatedDisk(1);
        var options = ClusterJoinTests.Options();
        NodeIdentity.Find(disk, options with { Join = s_join });
        NodeIdentity.Find(disk, options with { Join = s_join with { ClusterId = 0xC2 } }).ClusterId.ShouldBe(0xC2UL);
        NodeIdentity.Find(disk, options).ClusterId.ShouldBe(0xC2UL);
    }

    [Fact]
    public void A_directory_of_a_founder_or_of_another_cluster_does_not_join()
    {
        var disk = new SimulatedDisk(1);
        var options = ClusterJoinTests.Options();
        Start(disk, options);
        Should.Throw<DataDirectoryException>(() => NodeIdentity.Find(disk, options with { Join = s_join }))
            .Message.ShouldContain("The data directory n4 belongs to a founder of a cluster, and the node is to join cluster c1 as member");
        disk.List(Home).ShouldNotContain("joined");

        var other = new SimulatedDisk(2);
        Start(other, options with { Join = s_join });
        Should.Throw<DataDirectoryException>(() => NodeIdentity.Find(other, options with { Join = s_join with { ClusterId = 0xC2 } }))
            .Message.ShouldContain("belongs to member");
        NodeIdentity.Find(other, options).ClusterId.ShouldBe(0xC1UL);
    }

    [Fact]
    public void Without_a_disk_a_node_is_told_at_each_start()
    {
        var disk = new SimulatedDisk(1);
        var options = ClusterJoinTests.Options() with { Storage = StorageKind.Memory };
        NodeIdentity.Find(disk, options with { Join = s_join }).IsJoining.ShouldBeTrue();
        NodeIdentity.Find(disk, options).IsJoining.ShouldBeFalse();
    }

    private static void Reset(SimulatedDisk disk, NodeOptions options)
    {
        using var stopped = StoppedNode.Open(disk, options);
        stopped.Reset(() => 0x333);
    }

    private static bool StartsWithin(SimulatedDisk disk, int steps, NodeOptions options)
    {
        disk.LosePowerAfter(steps);
        try
        {
            Start(disk, options);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static NodeStorage Open(SimulatedDisk disk, NodeOptions options) =>
        NodeStorage.Open(disk, options, NodeIdentity.Find(disk, options), () => 7, new KeyValueStore());

    private static void Start(SimulatedDisk disk, NodeOptions options)
    {
        var identity = NodeIdentity.Find(disk, options);
        ActorQuorum.Storage.DataDirectory.Open(disk, options.DataDirectory, identity.ClusterId, identity.Self.Id, identity.Self.Name, () => 7).Dispose();
    }

    private static void Refused(byte[] bytes)
    {
        var disk = new SimulatedDisk(1);
        disk.CreateDirectory(Home);
        SegmentFile.Place(disk, Home, JoinFile.Name, bytes).Dispose();
        Should.Throw<StorageDamagedException>(() => JoinFile.Read(disk, Home)).Message.ShouldContain("joined");
    }
}
