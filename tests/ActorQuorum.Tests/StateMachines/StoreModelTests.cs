using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;

namespace ActorQuorum.Tests.StateMachines;

[Trait("Row", "RN-2")]
public sealed class StoreModelTests
{
    private static readonly Gen<bool> s_coin = Gen.Elements(true, false);

    private static readonly Gen<IMessage> s_put =
        from key in Keys.Few
        from size in Gen.Choose(0, 200)
        from wantsPrevious in s_coin
        select (IMessage)new PutRequest
        {
            Key = ByteString.CopyFrom(key), Value = ByteString.CopyFrom(new byte[size]), PrevKv = wantsPrevious,
        };

    private static readonly Gen<IMessage> s_delete =
        from key in Keys.Few
        from end in Keys.RangeEnd
        from wantsPrevious in s_coin
        select (IMessage)new DeleteRangeRequest
        {
            Key = ByteString.CopyFrom(key), RangeEnd = ByteString.CopyFrom(end), PrevKv = wantsPrevious,
        };

    private static readonly Gen<IMessage> s_range =
        from key in Keys.Few
        from end in Keys.RangeEnd
        from limit in Gen.Choose(-1, 5)
        from keysOnly in s_coin
        from countOnly in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        select (IMessage)new RangeRequest
        {
            Key = ByteString.CopyFrom(key), RangeEnd = ByteString.CopyFrom(end), Limit = limit, KeysOnly = keysOnly, CountOnly = countOnly,
        };

    [Fact]
    public void The_store_answers_as_the_plainest_model_does()
    {
        var script = Gen.ArrayOf(Gen.Frequency((6, s_put), (1, s_delete), (4, s_range)), 300);
        Prop.ForAll(script.ToArbitrary(), Replay).Check(Config.QuickThrowOnFailure.WithMaxTest(50));
    }

    private static void Replay(IMessage[] script)
    {
        var store = new KeyValueStore();
        var model = new StoreModel();
        var index = 0L;
        foreach (var request in script)
        {
            var (result, expected, parser) = request switch
            {
                PutRequest put => (Apply(CommandKind.Put, put), (IMessage)model.Put(put), (MessageParser)PutResponse.Parser),
                DeleteRangeRequest delete =>
                    (Apply(CommandKind.DeleteRange, delete), model.DeleteRange(delete), DeleteRangeResponse.Parser),
                RangeRequest range =>
                    (store.View.Query(Command.Encode(CommandKind.Range, range)), model.Range(range), RangeResponse.Parser),
                _ => throw new InvalidOperationException(),
            };

            result.IsSuccess.ShouldBeTrue(result.Error);
            result.Revision.ShouldBe(model.Revision);
            parser.ParseFrom(result.Payload.Span).ShouldBe(expected);
            result.Payload.Length.ShouldBe(expected.CalculateSize(), "the payload's size was computed exactly");
        }

        CommandResult Apply(CommandKind kind, IMessage request) => store.Apply(++index, Command.Encode(kind, request));
    }
}
