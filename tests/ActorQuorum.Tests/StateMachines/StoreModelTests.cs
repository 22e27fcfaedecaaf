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
        from keeps in Gen.Frequency((12, Gen.Constant(0)), (1, Gen.Constant(1)), (1, Gen.Constant(2)))
        select (IMessage)new PutRequest
        {
            Key = ByteString.CopyFrom(key),
            Value = keeps == 1 ? ByteString.Empty : ByteString.CopyFrom(new byte[size]),
            PrevKv = wantsPrevious,
            IgnoreValue = keeps == 1,
            IgnoreLease = keeps == 2,
        };

    private static readonly Gen<IMessage> s_delete =
        from key in Keys.Few
        from end in Keys.RangeEnd
        from wantsPrevious in s_coin
        select (IMessage)new DeleteRangeRequest
        {
            Key = ByteString.CopyFrom(key), RangeEnd = ByteString.CopyFrom(end), PrevKv = wantsPrevious,
        };

    private static readonly Gen<IMessage> s_compact =
        from revision in Ranges.Revision select (IMessage)new CompactionRequest { Revision = revision };

    [Fact]
    public void The_store_answers_as_the_plainest_model_does()
    {
        var script = Gen.ArrayOf(
            Gen.Frequency((24, s_put), (4, s_delete), (16, Ranges.Any.Select(range => (IMessage)range)), (1, s_compact)), 300);
        Prop.ForAll(script.ToArbitrary(), Replay).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    private static void Replay(IMessage[] script)
    {
        var store = new KeyValueStore();
        var model = new StoreModel();
        var index = 0L;
        foreach (var request in script)
        {
            string? error = null;
            var (result, expected, parser) = request switch
            {
                PutRequest put => (Apply(CommandKind.Put, put), (IMessage?)model.Put(put, out error), (MessageParser)PutResponse.Parser),
                DeleteRangeRequest delete =>
                    (Apply(CommandKind.DeleteRange, delete), model.DeleteRange(delete), DeleteRangeResponse.Parser),
                RangeRequest range =>
                    (store.View.Query(Command.Encode(CommandKind.Range, range)), model.Range(range, out error), RangeResponse.Parser),
                CompactionRequest compaction =>
                    (Apply(CommandKind.Compact, compaction), Compacted(compaction.Revision), CompactionResponse.Parser),
                _ => throw new InvalidOperationException(),
            };

            (result.Error, result.Revision).ShouldBe((error, model.Revision), request.ToString());
            if (error is null)
            {
                parser.ParseFrom(result.Payload.Span).ShouldBe(expected, request.ToString());
                result.Payload.Length.ShouldBe(expected!.CalculateSize(), "the payload's size was computed exactly");
            }

            CompactionResponse Compacted(long revision)
            {
                error = model.Compact(revision);
                return new CompactionResponse();
            }
        }

        CommandResult Apply(CommandKind kind, IMessage request) => store.Apply(++index, Command.Encode(kind, request));
    }
}
