using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace ActorQuorum.Tests.StateMachines;

[Trait("Row", "RN-8")]
public sealed class RefusalTests
{
    private static readonly ByteString s_key = ByteString.CopyFromUtf8("k");

    private readonly KeyValueStore _store = new();

    public static TheoryData<string, int, string> RefusedPuts => new()
    {
        { """{ "value": "dg==" }""", 3, "etcdserver: key is not provided" },
        { """{ "key": "aw==", "lease": 7 }""", 5, "etcdserver: requested lease not found" },
        { """{ "key": "aw==", "ignoreValue": true }""", 3, "etcdserver: key not found" },
        { """{ "key": "aw==", "ignoreLease": true }""", 3, "etcdserver: key not found" },
        { """{ "key": "aw==", "ignoreValue": true, "lease": 7 }""", 5, "etcdserver: requested lease not found" },
        { """{ "key": "aw==", "ignoreValue": true, "value": "dg==" }""", 3, "etcdserver: value is provided" },
        { """{ "key": "aw==", "ignoreLease": true, "lease": 7 }""", 3, "etcdserver: lease is provided" },
    };

    public static TheoryData<string, int, string> RefusedRanges => new()
    {
        { """{ "rangeEnd": "AA==" }""", 3, "etcdserver: key is not provided" },
        { """{ "key": "aw==", "revision": 2 }""", 11, "etcdserver: mvcc: required revision is a future revision" },

        // etcd 3.4 takes an unknown order for none, and falls over an unknown target; later ones refuse both like this.
        { """{ "key": "aw==", "sortOrder": 3 }""", 3, "etcdserver: invalid sort option" },
        { """{ "key": "aw==", "sortOrder": -1 }""", 3, "etcdserver: invalid sort option" },
        { """{ "key": "aw==", "sortTarget": 5 }""", 3, "etcdserver: invalid sort option" },
    };

    [Theory]
    [MemberData(nameof(RefusedPuts))]
    public void A_put_that_cannot_be_carried_out_changes_nothing(string request, int code, string error)
    {
        var result = _store.Apply(1, Command.Encode(CommandKind.Put, JsonParser.Default.Parse<PutRequest>(request)));
        (result.Code, result.Error, result.Revision).ShouldBe((code, error, 1));
    }

    [Theory]
    [MemberData(nameof(RefusedRanges))]
    public void A_range_that_cannot_be_answered_says_why(string request, int code, string error)
    {
        var result = _store.View.Query(Command.Encode(CommandKind.Range, JsonParser.Default.Parse<RangeRequest>(request)));
        (result.Code, result.Error).ShouldBe((code, error));
    }

    [Fact]
    public void A_delete_without_a_key_is_refused() =>
        _store.Apply(1, Command.Encode(CommandKind.DeleteRange, new DeleteRangeRequest())).ShouldBe(Refusal.NoKey.At(1));

    [Fact]
    public void A_command_of_an_unknown_kind_or_format_is_a_result()
    {
        byte[][] unknown = [[], [1], [1, 77, 1, 2], [2, 1], [0, 0], [1, (byte)CommandKind.Range]];
        foreach (var command in unknown)
        {
            _store.Apply(1, command).ShouldBe(Refusal.UnknownCommand.At(1));
        }

        _store.View.Query(Command.Encode(CommandKind.Put, new PutRequest { Key = s_key })).Code.ShouldBe(12, "a view changes nothing");
    }

    [Fact]
    public void An_answer_over_the_limit_is_refused_and_nothing_is_deleted()
    {
        var store = new KeyValueStore(answerLimitBytes: 1000);
        foreach (var name in new[] { "a", "b", "c" })
        {
            var put = new PutRequest { Key = ByteString.CopyFromUtf8(name), Value = ByteString.CopyFrom(new byte[400]) };
            store.Apply(1, Command.Encode(CommandKind.Put, put)).IsSuccess.ShouldBeTrue();
        }

        var all = ByteString.CopyFrom(0);
        var delete = new DeleteRangeRequest { Key = all, RangeEnd = all, PrevKv = true };
        store.Apply(2, Command.Encode(CommandKind.DeleteRange, delete)).ShouldBe(Refusal.AnswerTooLarge.At(4));
        store.View.Query(Command.Encode(CommandKind.Range, new RangeRequest { Key = all, RangeEnd = all })).Code.ShouldBe(8);

        var keysOnly = store.View.Query(Command.Encode(CommandKind.Range, new RangeRequest { Key = all, RangeEnd = all, KeysOnly = true }));
        RangeResponse.Parser.ParseFrom(keysOnly.Payload.Span).Count.ShouldBe(3);
    }

    [Fact]
    public void No_bytes_make_the_store_throw()
    {
        var bytes = Gen.ArrayOf(Gen.Choose(0, 255).Select(value => (byte)value));
        var kinds = Gen.Choose(0, 6).Select(kind => (byte)kind);
        Prop.ForAll((from kind in kinds from rest in bytes select (byte[])[1, kind, .. rest]).ToArbitrary(), command =>
        {
            _store.Apply(1, command);
            _store.View.Query(command);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Damaged_messages_are_told_from_sound_ones_as_the_generated_parser_does()
    {
        var script =
            from message in Gen.ArrayOf(Gen.Elements<byte>(0, 1, 2, 3, 8, 10, 11, 12, 18, 24, 32, 40, 48, 56, 64, 72, 80, 88, 96, 104, 127, 128, 255))
            select message;
        Prop.ForAll(script.ToArbitrary(), message =>
        {
            var refusal = RangeFields.Read(message, out var fields);
            RangeRequest? expected = null;
            try
            {
                expected = RangeRequest.Parser.ParseFrom(message);
            }
            catch (InvalidProtocolBufferException)
            {
            }

            (refusal == Refusal.NotAMessage).ShouldBe(expected is null, Convert.ToHexString(message));
            if (expected is not null)
            {
                fields.Interval.Start.ToArray().ShouldBe(expected.Key.ToByteArray());
                fields.Interval.RangeEnd.ToArray().ShouldBe(expected.RangeEnd.ToByteArray());
                (fields.Limit, fields.Revision, fields.IsSerializable, fields.KeysOnly, fields.CountOnly)
                    .ShouldBe((expected.Limit, expected.Revision, expected.Serializable, expected.KeysOnly, expected.CountOnly));
                ((int)fields.SortOrder, (int)fields.SortTarget).ShouldBe(((int)expected.SortOrder, (int)expected.SortTarget));
                (fields.MinModRevision, fields.MaxModRevision, fields.MinCreateRevision, fields.MaxCreateRevision).ShouldBe(
                    (expected.MinModRevision, expected.MaxModRevision, expected.MinCreateRevision, expected.MaxCreateRevision));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20_000).WithEndSize(25));
    }
}
