using ActorQuorum.Actors;
using ActorQuorum.TestKit.Disk;
using ActorQuorum.Tests.Storage;
using ActorQuorum.Transport;
using static ActorQuorum.Tests.Actors.SnapshotActorRig;

namespace ActorQuorum.Tests.Actors;

/// <summary>A follower believes nothing of what it is sent, and gives nobody more room than there is.</summary>
[Trait("Row", "RP-8")]
public sealed class SnapshotReceivingTests : IDisposable
{
    private const ulong Transfer = 0xA;
    private const long ReserveBytes = 1000;
    private readonly SnapshotActorRig _rig = new(ReserveBytes);

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(1L << 50)]
    [InlineData(4001)]
    public void An_offer_of_more_than_the_disk_has_room_for_is_refused_and_leaves_nothing(long sizeBytes)
    {
        _rig.Disk.CapacityBytes = 5000;
        var refusal = _rig.Ask(Second, Offer(sizeBytes));
        refusal.Receipt.ShouldBe(SnapshotReceipt.Refused);
        refusal.Detail!.ShouldContain($"beside the 1000 bytes that stay free for the log; free some space on it: it has {sizeBytes} bytes");
        _rig.Files.ShouldBeEmpty();
        _rig.Ask(Second, Offer(4000)).Receipt.ShouldBe(SnapshotReceipt.Wanted, "so much fits, and the reserve besides");
    }

    [Fact]
    public void What_is_there_already_needs_no_room_again()
    {
        _rig.Disk.CapacityBytes = 5000;
        _rig.Ask(Second, Offer(4000));
        _rig.Ask(Second, Chunk(Transfer, 0, new byte[3000]));
        _rig.Pass(TimeSpan.FromSeconds(31));
        _rig.Ask(Second, Offer(4000)).Offset.ShouldBe(3000);
    }

    [Fact]
    public void A_disk_that_fills_up_meanwhile_ends_it_with_the_reserve_untouched()
    {
        _rig.Disk.CapacityBytes = 5000;
        _rig.Ask(Second, Offer(4000));
        _rig.Ask(Second, Chunk(Transfer, 0, new byte[1000])).Offset.ShouldBe(1000);
        _rig.Disk.CapacityBytes = 2500;
        var refusal = _rig.Ask(Second, Chunk(Transfer, 1000, new byte[1000]));
        refusal.Receipt.ShouldBe(SnapshotReceipt.Refused);
        refusal.Detail!.ShouldContain("free some space");
        _rig.Files.ShouldBeEmpty("what was there of it gives its place back");
    }

    [Fact]
    public void Chunks_that_nobody_asked_for_are_dropped_without_a_word()
    {
        var credit = new CountedCredit();
        _rig.Hear(Second, Chunk(Transfer, 0, new byte[10]), credit);
        _rig.Files.ShouldBeEmpty();
        _rig.Ask(Second, Offer(100));
        _rig.Hear(Third, Chunk(Transfer, 0, new byte[10]), credit);
        _rig.Hear(Second, Chunk(Transfer + 1, 0, new byte[10]), credit);
        _rig.Hear(Second, Chunk(Transfer, 10, new byte[10]), credit);
        _rig.Hear(Second, Chunk(Transfer, 0, []), credit);
        _rig.Hear(Second, Chunk(Transfer, 0, new byte[101]), credit);
        _rig.TakeSent().ShouldBeEmpty();
        credit.Released.ShouldBe(6, "else its sender could send nothing more");
        _rig.Disk.FilesUnder(SnapshotRig.Directory).ShouldHaveSingleItem().Length.ShouldBe(0);
        _rig.Hear(Second, Chunk(Transfer, 0, new byte[10]), credit);
        credit.Released.ShouldBe(7);
        _rig.TakeSent().ShouldHaveSingleItem();
    }

    [Fact]
    public void A_chunk_that_was_damaged_is_asked_for_again()
    {
        _rig.Ask(Second, Offer(100));
        _rig.Ask(Second, Chunk(Transfer, 0, new byte[10]));
        var answer = _rig.Ask(Second, Chunk(Transfer, 10, new byte[10]) with { Crc = 1 });
        (answer.Receipt, answer.Offset).ShouldBe((SnapshotReceipt.Damaged, 10));
        _rig.Ask(Second, Chunk(Transfer, 10, new byte[10])).Offset.ShouldBe(20);
    }

    [Fact]
    public void Garbage_is_refused_as_a_whole_and_leaves_nothing()
    {
        var garbage = new byte[2000];
        new Random(1).NextBytes(garbage);
        _rig.Ask(Second, Offer(garbage.Length));
        var answer = _rig.Ask(Second, Chunk(Transfer, 0, garbage));
        (answer.Receipt, answer.Offset).ShouldBe((SnapshotReceipt.Damaged, 0));
        answer.Detail!.ShouldContain("does not start as a snapshot does");
        _rig.Files.ShouldBeEmpty();
        _rig.Election.Messages.ShouldBeEmpty("the core hears nothing of it");
    }

    [Fact]
    public void A_snapshot_of_another_cluster_is_refused()
    {
        using var other = new SnapshotActorRig();
        SnapshotRig.Write(other.Disk, "snapshots/a", SnapshotRig.Head(9, clusterId: 0xBAD), SnapshotRig.Store(9));
        var bytes = other.Disk.Bytes("snapshots/a");
        _rig.Ask(Second, Offer(bytes.Length));
        var answer = _rig.Ask(Second, Chunk(Transfer, 0, bytes));
        answer.Receipt.ShouldBe(SnapshotReceipt.Refused);
        answer.Detail!.ShouldContain("it is a snapshot of cluster 0000000000000bad, this is cluster 00000000000000c1");
        _rig.Files.ShouldBeEmpty();
        _rig.Election.Messages.ShouldBeEmpty();
    }

    [Fact]
    public void A_snapshot_of_another_entry_than_was_offered_is_damaged()
    {
        var (offer, bytes) = Sendable();
        _rig.Ask(Second, offer with { Index = 8 });
        var answer = _rig.Ask(Second, Chunk(offer.Transfer, 0, bytes));
        answer.Receipt.ShouldBe(SnapshotReceipt.Damaged);
        answer.Detail!.ShouldContain("stands for entry 9, but was offered for 8");
    }

    [Fact]
    public void What_nobody_sends_any_more_bars_nobody_and_is_gone_on_with_if_it_is_offered_again()
    {
        _rig.Ask(Second, Offer(100) with { Term = 9 });
        _rig.Ask(Second, Chunk(Transfer, 0, new byte[10]));
        _rig.Context.AreSnapshotsBusy.ShouldBeTrue("or no tick would come");
        _rig.Pass(TimeSpan.FromSeconds(29));
        _rig.Ask(Third, Offer(50, Transfer + 1) with { Term = 8 }).Receipt.ShouldBe(SnapshotReceipt.Refused, "the other one may go on");
        _rig.Pass(TimeSpan.FromSeconds(2));
        _rig.Context.AreSnapshotsBusy.ShouldBeFalse();
        _rig.Log.Infos.ShouldContain(line => line.Contains("hears no more of the snapshot", StringComparison.Ordinal) && line.Contains("10 of 100 bytes", StringComparison.Ordinal));
        _rig.Ask(Third, Offer(100) with { Term = 8 }).Offset.ShouldBe(10);
        _rig.Ask(Third, Chunk(Transfer, 10, new byte[10])).Offset.ShouldBe(20);
    }

    [Fact]
    public void What_nobody_sends_any_more_goes_with_the_next_snapshot_of_this_node()
    {
        _rig.Ask(Second, Offer(100));
        _rig.Ask(Second, Chunk(Transfer, 0, new byte[10]));
        _rig.Take(9);
        _rig.Files.Count.ShouldBe(2, "it may still come");
        _rig.Pass(TimeSpan.FromSeconds(31));
        _rig.Take(10);
        _rig.Files.ShouldHaveSingleItem().ShouldEndWith(".snap");
    }

    [Fact]
    public void Each_word_of_the_sender_lets_it_go_on()
    {
        _rig.Ask(Second, Offer(100));
        for (var offset = 0; offset < 50; offset += 10)
        {
            _rig.Pass(TimeSpan.FromSeconds(20));
            _rig.Ask(Second, Chunk(Transfer, offset, new byte[10])).Offset.ShouldBe(offset + 10);
            _rig.Pass(TimeSpan.FromSeconds(20));
            _rig.Ask(Second, Offer(100)).Offset.ShouldBe(offset + 10);
        }

        _rig.Log.Infos.ShouldBeEmpty("it was never let go of");
    }

    /// <summary>The process before died with all of it written, and nothing flushed; then the machine dies.</summary>
    [Fact]
    public void What_was_all_there_before_is_durable_before_it_counts()
    {
        var (offer, bytes) = Sendable();
        using (var part = _rig.Disk.Open(_rig.Snapshots.PartOf(offer.Transfer), create: true)) part.Append(bytes);
        _rig.Ask(Second, offer).Receipt.ShouldBe(SnapshotReceipt.Arrived);
        _rig.Tell(new SnapshotJudged(SnapshotRig.Mark(9)));
        _rig.Disk.Crash(CrashMode.LoseUnsynced);
        _rig.Disk.Bytes(_rig.Snapshots.PathOf(9)).ShouldBe(bytes);
    }

    [Fact]
    public void The_same_snapshot_of_a_later_leader_goes_on_from_there_and_the_former_is_heard_no_more()
    {
        _rig.Ask(Second, Offer(100));
        _rig.Ask(Second, Chunk(Transfer, 0, new byte[10]));
        _rig.Ask(Third, Offer(100) with { Term = 5 }).Offset.ShouldBe(10);
        _rig.Hear(Second, Chunk(Transfer, 10, new byte[10]));
        _rig.TakeSent().ShouldBeEmpty();
        _rig.Ask(Third, Chunk(Transfer, 10, new byte[10])).Offset.ShouldBe(20);
    }

    public void Dispose() => _rig.Dispose();

    private static SnapshotOffer Offer(long sizeBytes, ulong transfer = Transfer) => new(transfer, 4, 9, 3, sizeBytes);

    private sealed class CountedCredit : IInboundCredit
    {
        public int Released { get; private set; }

        public void Release() => Released++;
    }
}
