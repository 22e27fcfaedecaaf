using ActorQuorum.Actors;
using ActorQuorum.Tests.Storage;
using ActorQuorum.Transport;

namespace ActorQuorum.Tests.Actors;

/// <summary>Who sends a snapshot to whom, and when that ends.</summary>
[Trait("Row", "RP-8")]
public sealed class SnapshotActorTests : IDisposable
{
    private const ulong FirstTransfer = 0xA;
    private const ulong OtherTransfer = 0xB;
    private readonly SnapshotActorRig _rig = new();

    [Fact]
    public void An_offer_of_a_past_leader_leaves_what_a_later_one_sends()
    {
        _rig.Ask(SnapshotActorRig.Third, Offer(OtherTransfer, term: 5)).Receipt.ShouldBe(SnapshotReceipt.Wanted);
        _rig.Ask(SnapshotActorRig.Third, Chunk(OtherTransfer, 0)).Offset.ShouldBe(10);
        var refusal = _rig.Ask(SnapshotActorRig.Second, Offer(FirstTransfer, term: 4));
        (refusal.Receipt, refusal.Transfer).ShouldBe((SnapshotReceipt.Refused, FirstTransfer));
        refusal.Detail!.ShouldContain("term 5");
        _rig.Ask(SnapshotActorRig.Third, Chunk(OtherTransfer, 10)).Offset.ShouldBe(20);
    }

    [Fact]
    public void A_past_leader_with_the_same_snapshot_does_not_take_the_transfer_over()
    {
        _rig.Ask(SnapshotActorRig.Third, Offer(FirstTransfer, term: 5));
        _rig.Ask(SnapshotActorRig.Second, Offer(FirstTransfer, term: 4)).Receipt.ShouldBe(SnapshotReceipt.Refused);
        _rig.Ask(SnapshotActorRig.Third, Chunk(FirstTransfer, 0)).Offset.ShouldBe(10);
    }

    [Fact]
    public void An_offer_of_a_later_leader_ends_what_a_past_one_sent()
    {
        _rig.Ask(SnapshotActorRig.Second, Offer(FirstTransfer, term: 4));
        _rig.Ask(SnapshotActorRig.Third, Offer(OtherTransfer, term: 5)).Receipt.ShouldBe(SnapshotReceipt.Wanted);
        _rig.Ask(SnapshotActorRig.Third, Chunk(OtherTransfer, 0)).Offset.ShouldBe(10);
    }

    [Fact]
    public void A_withdrawn_transfer_says_no_more_to_anybody()
    {
        Keep();
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Second, 4, 9));
        _rig.Pass(TimeSpan.FromSeconds(1));
        _rig.TakeSent().ShouldNotBeEmpty();
        _rig.Tell(new WithdrawSnapshot(SnapshotActorRig.Second));
        _rig.Pass(TimeSpan.FromSeconds(20));
        _rig.TakeSent().ShouldBeEmpty();
        _rig.Election.Messages.ShouldBeEmpty("the core does not wait for it any more");
        _rig.Context.AreSnapshotsBusy.ShouldBeFalse();
    }

    [Fact]
    public void A_withdrawn_transfer_that_waited_its_turn_never_begins()
    {
        Keep();
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Second, 4, 9));
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Third, 4, 9));
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Fourth, 4, 9));
        _rig.Tell(new WithdrawSnapshot(SnapshotActorRig.Fourth));
        _rig.Tell(new WithdrawSnapshot(SnapshotActorRig.Second));
        _rig.Pass(TimeSpan.FromSeconds(1));
        _rig.TakeSent().ShouldNotContain(sent => sent.To == SnapshotActorRig.Fourth);
    }

    [Fact]
    public void What_was_installed_and_is_offered_again_is_not_sent_a_second_time()
    {
        var (offer, bytes) = SnapshotActorRig.Sendable();
        _rig.Ask(SnapshotActorRig.Second, offer).Receipt.ShouldBe(SnapshotReceipt.Wanted);
        _rig.Ask(SnapshotActorRig.Second, SnapshotActorRig.Chunk(offer.Transfer, 0, bytes)).Receipt.ShouldBe(SnapshotReceipt.Arrived);
        _rig.Ask(SnapshotActorRig.Second, offer).Receipt.ShouldBe(SnapshotReceipt.Arrived, "not judged yet");
        _rig.Tell(new SnapshotJudged(SnapshotRig.Mark(9)));
        _rig.Ask(SnapshotActorRig.Second, offer).Receipt.ShouldBe(SnapshotReceipt.Arrived);
        _rig.Storage.Messages.OfType<InstallState>().Count().ShouldBe(1);
        _rig.Snapshots.Files.List(SnapshotRig.Directory).ShouldHaveSingleItem("no new part was begun");
    }

    [Fact]
    public void A_sender_whose_last_answer_is_missing_asks_for_it()
    {
        Keep();
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Second, 4, 9));
        _rig.Pass(TimeSpan.FromSeconds(1));
        var offer = _rig.TakeSent().Select(sent => sent.Message).OfType<SnapshotOffer>().First();
        _rig.Hear(SnapshotActorRig.Second, new SnapshotProgress(offer.Transfer, offer.SizeBytes, SnapshotReceipt.Wanted));
        _rig.Pass(TimeSpan.FromSeconds(1));
        _rig.TakeSent().ShouldContain(sent => sent.Message is SnapshotOffer);
    }

    [Fact]
    public void A_snapshot_that_is_too_old_for_a_follower_is_not_sent_to_it_but_a_fresh_one_taken()
    {
        Keep();
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Second, 4, 20));
        _rig.Pass(TimeSpan.FromSeconds(1));
        _rig.TakeSent().ShouldBeEmpty();
        _rig.Storage.Messages.ShouldBe([SnapshotWanted.Instance]);
        _rig.HoldLane();
        _rig.Take(21);
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Third, 4, 20));
        _rig.Storage.Messages.OfType<SnapshotWanted>().Count().ShouldBe(1, "the one that is being written is enough for both");
        _rig.LetLaneGo();
        _rig.Pass(TimeSpan.FromSeconds(1));
        _rig.TakeSent().Select(sent => sent.Message).OfType<SnapshotOffer>().First().Index.ShouldBe(21);
    }

    [Fact]
    public void Who_needs_one_snapshot_after_the_other_is_told_of_with_what_to_do()
    {
        Keep();
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Second, 4, 9));
        _rig.Log.Warnings.ShouldBeEmpty("a first one is nothing unusual");
        _rig.Tell(new SendSnapshot(SnapshotActorRig.Second, 4, 9, IsOutrun: true));
        var warning = _rig.Log.Warnings.ShouldHaveSingleItem();
        warning.ShouldContain($"outgrew the 2000000 entries and {1L << 30} bytes");
        warning.ShouldContain("raise snapshot.held-entries and snapshot.held-size, or snapshot.rate");
    }

    public void Dispose() => _rig.Dispose();

    private void Keep() => _rig.Keep();

    private static SnapshotOffer Offer(ulong transfer, long term) => new(transfer, term, 9, 3, 100);

    private static SnapshotChunk Chunk(ulong transfer, long offset) => SnapshotActorRig.Chunk(transfer, offset, new byte[10]);
}
