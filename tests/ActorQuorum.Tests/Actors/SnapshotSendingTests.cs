using ActorQuorum.Actors;
using ActorQuorum.Core.Raft;
using ActorQuorum.Transport;
using static ActorQuorum.Tests.Actors.SnapshotActorRig;

namespace ActorQuorum.Tests.Actors;

/// <summary>A follower may say what it likes of a snapshot that it gets: it holds nobody up for it for ever.</summary>
[Trait("Row", "RP-8")]
public sealed class SnapshotSendingTests : IDisposable
{
    private readonly SnapshotActorRig _rig = new();

    [Fact]
    public void A_transfer_that_is_withdrawn_while_it_is_read_sends_nothing_more_and_lets_its_file_go()
    {
        var offer = Begin();
        _rig.HoldLane();
        Say(offer, 0);
        _rig.Tell(new WithdrawSnapshot(Second));
        _rig.Take(12);
        _rig.TakeSent();
        _rig.LetLaneGo();
        _rig.Pass(TimeSpan.FromSeconds(1));
        _rig.TakeSent().ShouldBeEmpty();
        _rig.Files.ShouldHaveSingleItem("what was sent is not kept for its sake").ShouldContain("12");
    }

    [Fact]
    public void A_follower_that_answers_and_gets_nowhere_is_given_up()
    {
        var offer = Begin();
        for (var second = 0; second < 59; second++)
        {
            Say(offer, 0);
            _rig.Pass(TimeSpan.FromSeconds(1));
        }

        Failures.ShouldBe(0);
        Say(offer, 10);
        for (var second = 0; second < 59; second++)
        {
            Say(offer, 10);
            _rig.Pass(TimeSpan.FromSeconds(1));
        }

        Failures.ShouldBe(0, "it got further");
        Say(offer, 10);
        _rig.Pass(TimeSpan.FromSeconds(2));
        Failures.ShouldBe(1);
        _rig.Log.Warnings.ShouldContain(line => line.Contains("it came no further than byte 10", StringComparison.Ordinal));
    }

    [Fact]
    public void A_follower_that_has_all_of_it_gets_the_time_to_read_it_but_not_for_ever()
    {
        _rig.Take(9, puts: 20_000);
        var offer = Begin(keep: false);
        var extra = TimeSpan.FromSeconds(offer.SizeBytes / (double)(1 << 20));
        extra.ShouldBeGreaterThan(TimeSpan.FromSeconds(0.5));
        Repeat(TimeSpan.FromSeconds(60.5), () => Say(offer, offer.SizeBytes));
        Failures.ShouldBe(0);
        Repeat(extra, () => Say(offer, offer.SizeBytes));
        Failures.ShouldBe(1);
    }

    [Fact]
    public void A_follower_that_loses_again_and_again_what_it_had_is_given_up()
    {
        var offer = Begin();
        Say(offer, 0);
        Say(offer, 10);
        for (var loss = 0; loss < 5; loss++)
        {
            Failures.ShouldBe(0);
            _rig.Pass(TimeSpan.FromSeconds(1));
            Say(offer, 0);
            Say(offer, 10);
        }

        Failures.ShouldBe(1);
        _rig.Log.Warnings.ShouldContain(line => line.Contains("it lost what it had 5 times", StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_is_not_heard()
    {
        _rig.Keep();
        _rig.HoldLane();
        _rig.Tell(new SendSnapshot(Second, 4, 9));
        _rig.Hear(Second, new SnapshotProgress(0, 0, SnapshotReceipt.Arrived));
        _rig.Election.Messages.ShouldBeEmpty("nothing was offered yet");
        _rig.LetLaneGo();
        _rig.Pass(TimeSpan.FromSeconds(1));
        var offer = Offered();
        Say(offer with { Transfer = offer.Transfer + 1 }, 0);
        Say(offer, offer.SizeBytes + 1);
        _rig.Hear(Third, new SnapshotProgress(offer.Transfer, 0, SnapshotReceipt.Wanted));
        _rig.Pass(TimeSpan.FromSeconds(1));
        _rig.TakeSent().ShouldAllBe(sent => sent.Message is SnapshotOffer);
        Say(offer, 0);
        _rig.TakeSent().ShouldHaveSingleItem().Message.ShouldBeOfType<SnapshotChunk>();
    }

    [Fact]
    public void A_snapshot_that_arrives_spoiled_twice_is_given_to_nobody_any_more_and_a_fresh_one_taken()
    {
        var offer = Begin();
        Spoil(offer);
        Failures.ShouldBe(0, "it may have been what the follower had from before");
        _rig.Pass(TimeSpan.FromSeconds(1));
        Spoil(offer);
        Failures.ShouldBe(1);
        _rig.Log.Errors.ShouldHaveSingleItem().ShouldContain("damaged on its own disk");
        _rig.Files.ShouldHaveSingleItem("it is all that there is, until there is another");
        _rig.TakeSent();

        _rig.Tell(new SendSnapshot(Second, 4, 9));
        _rig.Storage.Messages.OfType<SnapshotWanted>().ShouldHaveSingleItem();
        _rig.Take(9, puts: 8);
        _rig.Pass(TimeSpan.FromSeconds(1));
        Offered().Transfer.ShouldNotBe(offer.Transfer);
        _rig.Files.ShouldHaveSingleItem();
    }

    [Fact]
    public void Damage_on_the_way_is_no_reason_to_doubt_the_snapshot()
    {
        var offer = Begin();
        Say(offer, 0);
        for (var damage = 0; damage < 5; damage++)
        {
            Say(offer, 10);
            _rig.Hear(Second, new SnapshotProgress(offer.Transfer, 10, SnapshotReceipt.Damaged, "a checksum does not match"));
        }

        Failures.ShouldBe(1, "five times are too many for one transfer");
        _rig.Log.Errors.ShouldBeEmpty();
    }

    [Fact]
    public void What_a_follower_says_forges_no_line_of_the_log()
    {
        var offer = Begin();
        _rig.Hear(Second, new SnapshotProgress(offer.Transfer, 0, SnapshotReceipt.Damaged, "one\ntwo"));
        _rig.Hear(Second, new SnapshotProgress(offer.Transfer, 0, SnapshotReceipt.Refused, "one\u2028two"));
        _rig.Log.Warnings.Count.ShouldBe(2);
        _rig.Log.Warnings.ShouldAllBe(line => line.Contains("one?two"));
    }

    public void Dispose() => _rig.Dispose();

    private int Failures => _rig.Election.Messages.Count(message => message.Input is SnapshotFailed);

    /// <summary>A snapshot is offered to the second member.</summary>
    private SnapshotOffer Begin(bool keep = true)
    {
        if (keep) _rig.Keep();
        _rig.Tell(new SendSnapshot(Second, 4, 9));
        _rig.Pass(TimeSpan.FromSeconds(1));
        return Offered();
    }

    private SnapshotOffer Offered() => _rig.TakeSent().Select(sent => sent.Message).OfType<SnapshotOffer>().First();

    private void Say(SnapshotOffer offer, long offset) => _rig.Hear(Second, new SnapshotProgress(offer.Transfer, offset, SnapshotReceipt.Wanted));

    /// <summary>It gets all of it, and throws it away.</summary>
    private void Spoil(SnapshotOffer offer)
    {
        Say(offer, 0);
        Say(offer, 10);
        _rig.Hear(Second, new SnapshotProgress(offer.Transfer, 0, SnapshotReceipt.Damaged, "its SHA-256 does not match"));
    }

    private void Repeat(TimeSpan time, Action say)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromSeconds(0.5))
        {
            say();
            _rig.Pass(TimeSpan.FromSeconds(0.5));
        }
    }
}
