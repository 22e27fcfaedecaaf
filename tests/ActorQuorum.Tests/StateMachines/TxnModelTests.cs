using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace ActorQuorum.Tests.StateMachines;

[Trait("Row", "RN-2")]
public sealed class TxnModelTests
{
    [Fact]
    public void Txns_are_answered_and_refused_as_by_the_plainest_model()
    {
        int carriedOut = 0, refused = 0, queried = 0;
        Prop.ForAll(Gen.ArrayOf(TxnScripts.Txn, 60).ToArbitrary(), script =>
        {
            var store = new KeyValueStore();
            var model = new StoreModel();
            foreach (var txn in script)
            {
                var command = Command.Encode(CommandKind.Txn, txn);
                var isQuery = TxnFields.Read(txn.ToByteArray(), out var fields) is null && fields.WritesNothing;
                var answered = isQuery ? store.View.Query(command) : null;
                var result = store.Apply(1, command);
                answered?.Payload.ToArray().ShouldBe(result.Payload.ToArray());

                var expected = model.Txn(txn, out var error);
                (result.Error, result.Revision).ShouldBe((error, model.Revision), $"{txn}");
                if (expected is not null)
                {
                    TxnResponse.Parser.ParseFrom(result.Payload.Span).ShouldBe(expected, $"{txn}");
                    result.Payload.Length.ShouldBe(expected.CalculateSize(), "the payload's size was computed exactly");
                }

                Compact(store, model.Revision - 20).Error.ShouldBe(model.Compact(model.Revision - 20));
                (carriedOut, refused, queried) =
                    (carriedOut + (error is null ? 1 : 0), refused + (error is null ? 0 : 1), queried + (isQuery ? 1 : 0));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
        Math.Min(carriedOut, Math.Min(refused, queried)).ShouldBeGreaterThan(100, "the scripts reach every way");
    }

    [Fact]
    public void A_txn_whose_answer_is_too_large_leaves_no_trace()
    {
        var undone = 0;
        Prop.ForAll(Gen.ArrayOf(TxnScripts.Txn, 80).ToArbitrary(), script =>
        {
            var store = new KeyValueStore(answerLimitBytes: 60);
            var unbounded = new KeyValueStore();
            foreach (var txn in script)
            {
                var command = Command.Encode(CommandKind.Txn, txn);
                var view = (KeyValueView)store.View;
                var before = ContentDigest.Of(view);
                var result = store.Apply(1, command);
                if (result.Code == Refusal.AnswerTooLarge.Code)
                {
                    result.ShouldBe(Refusal.AnswerTooLarge.At(view.Revision));
                    undone++;
                }
                else
                {
                    unbounded.Apply(1, command).Payload.ToArray().ShouldBe(result.Payload.ToArray());
                }

                Digest(store).ShouldBe(Digest(unbounded));
                ContentDigest.Of(view).ShouldBe(before, "a view never changes");
                Compact(store, view.Revision - 5);
                Compact(unbounded, view.Revision - 5);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));
        undone.ShouldBeGreaterThan(20, "the scripts reach the bound");

        static string Digest(KeyValueStore store) => ContentDigest.Of((KeyValueView)store.View);
    }

    [Fact]
    public void Damaged_txns_are_told_from_sound_ones_as_the_generated_parser_does()
    {
        // Sound messages with a byte changed reach deeper than random bytes do.
        var damaged =
            from txn in TxnScripts.Txn
            from at in Gen.Choose(0, int.MaxValue - 1)
            from value in Gen.Elements<byte>(0, 1, 2, 3, 8, 10, 18, 26, 34, 58, 127, 128, 255)
            select Damage(txn.ToByteArray(), at, value);
        int sound = 0, broken = 0;
        Prop.ForAll(damaged.ToArbitrary(), message =>
        {
            var isMessage = TxnFields.Read(message, out _) != Refusal.NotAMessage;
            isMessage.ShouldBe(Parses(message), Convert.ToHexString(message));
            (sound, broken) = isMessage ? (sound + 1, broken) : (sound, broken + 1);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
        Math.Min(sound, broken).ShouldBeGreaterThan(100);

        static byte[] Damage(byte[] message, int at, byte value)
        {
            if (message.Length > 0)
            {
                message[at % message.Length] = value;
            }

            return message;
        }
    }

    private static CommandResult Compact(KeyValueStore store, long revision) =>
        store.Apply(1, Command.Encode(CommandKind.Compact, new CompactionRequest { Revision = revision }));

    private static bool Parses(byte[] message)
    {
        try
        {
            TxnRequest.Parser.ParseFrom(message);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }
}
