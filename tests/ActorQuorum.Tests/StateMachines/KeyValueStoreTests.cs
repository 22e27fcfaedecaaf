using System.Text;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using Google.Protobuf;

namespace ActorQuorum.Tests.StateMachines;

[Trait("Row", "RN-2")]
public sealed class KeyValueStoreTests
{
    private readonly KeyValueStore _store = new();
    private long _index;

    [Fact]
    public void A_new_store_is_at_revision_one() => Range("a").Header(1).Count.ShouldBe(0);

    [Fact]
    public void Puts_count_versions_and_keep_the_create_revision()
    {
        Put("a", "1").Revision.ShouldBe(2);
        Put("b", "1").Revision.ShouldBe(3);
        Put("a", "2").Revision.ShouldBe(4);

        var kv = Range("a").Header(4).Kvs.ShouldHaveSingleItem();
        (kv.CreateRevision, kv.ModRevision, kv.Version, kv.Value.ToStringUtf8()).ShouldBe((2, 4, 2, "2"));
    }

    [Fact]
    public void A_put_after_a_delete_begins_a_new_life()
    {
        Put("a", "1");
        Put("a", "2");
        Delete("a").Revision.ShouldBe(4);
        Range("a").Header(4).Kvs.ShouldBeEmpty();
        Put("a", "3", wantsPrevious: true).Payload.IsEmpty.ShouldBeTrue("a tombstone is no previous version");

        var kv = Range("a").Header(5).Kvs.ShouldHaveSingleItem();
        (kv.CreateRevision, kv.ModRevision, kv.Version).ShouldBe((5, 5, 1));
    }

    [Fact]
    public void A_delete_that_finds_nothing_is_no_revision()
    {
        Put("a", "1");
        var result = Delete("b");
        (result.IsSuccess, result.Revision, result.Payload.Length).ShouldBe((true, 2L, 0));
    }

    [Fact]
    public void One_delete_of_many_keys_is_one_revision()
    {
        Put("a1", "1");
        Put("a2", "2");
        Put("b", "3");
        var result = Delete("a", "b", wantsPrevious: true);
        result.Revision.ShouldBe(5);
        var response = DeleteRangeResponse.Parser.ParseFrom(result.Payload.Span);
        response.Deleted.ShouldBe(2);
        response.PrevKvs.Select(kv => kv.Value.ToStringUtf8()).ShouldBe(["1", "2"]);
    }

    [Fact]
    public void The_replaced_version_is_given_if_asked_for()
    {
        Put("a", "1");
        var previous = PutResponse.Parser.ParseFrom(Put("a", "2", wantsPrevious: true).Payload.Span).PrevKv;
        (previous.Value.ToStringUtf8(), previous.ModRevision).ShouldBe(("1", 2));
        Put("a", "3").Payload.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void A_limit_bounds_the_keys_and_not_the_count()
    {
        Put("a", "1");
        Put("b", "1");
        Put("c", "1");
        var response = Query(new RangeRequest { Key = Bytes("\0"), RangeEnd = Bytes("\0"), Limit = 2 }).Header(4);
        (response.Kvs.Count, response.Count, response.More).ShouldBe((2, 3, true));
    }

    [Fact]
    public void A_view_stays_at_its_revision()
    {
        Put("a", "1");
        var view = _store.View;
        Put("a", "2");
        Delete("a");

        var result = view.Query(Command.Encode(CommandKind.Range, new RangeRequest { Key = Bytes("a") }));
        result.Revision.ShouldBe(2);
        RangeResponse.Parser.ParseFrom(result.Payload.Span).Kvs.ShouldHaveSingleItem().Value.ToStringUtf8().ShouldBe("1");
    }

    [Fact]
    public async Task Views_are_read_on_other_threads_while_puts_go_on()
    {
        var latest = _store.View;
        using var stop = new CancellationTokenSource();
        var reads = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var count = 0;
            do
            {
                var result = Volatile.Read(ref latest).Query(
                    Command.Encode(CommandKind.Range, new RangeRequest { Key = Bytes("\0"), RangeEnd = Bytes("\0") }));
                var response = RangeResponse.Parser.ParseFrom(result.Payload.Span);

                // Every put is a new key, so a root at revision r holds r - 1 keys, neither more nor less.
                response.Count.ShouldBe(result.Revision - 1);
                response.Kvs.Count.ShouldBe((int)response.Count);
                count++;
            }
            while (!stop.IsCancellationRequested);
            return count;
        })).ToArray();

        for (var i = 0; i < 3000; i++)
        {
            Put($"key{i * 7919 % 3001}", "v");
            Volatile.Write(ref latest, _store.View);
        }

        await stop.CancelAsync();
        (await Task.WhenAll(reads)).ShouldAllBe(count => count > 0);
    }

    [Fact]
    public void A_view_asked_for_twice_without_a_change_is_the_same() => _store.View.ShouldBeSameAs(_store.View);

    [Fact]
    public void A_value_inside_a_large_frame_does_not_keep_the_frame()
    {
        var frame = new byte[100_000];
        var command = Command.Encode(CommandKind.Put, new PutRequest { Key = Bytes("a"), Value = Bytes("value") });
        command.CopyTo(frame.AsMemory(500));
        _store.Apply(++_index, frame.AsMemory(500, command.Length));
        frame.AsSpan().Clear();

        Range("a").Header(2).Kvs.ShouldHaveSingleItem().Value.ToStringUtf8().ShouldBe("value");
    }

    [Fact]
    public void Equal_histories_have_equal_digests_and_different_ones_do_not()
    {
        var other = new KeyValueStore();
        Put("a", "1");
        other.Apply(1, Command.Encode(CommandKind.Put, new PutRequest { Key = Bytes("a"), Value = Bytes("1") }));
        Digest(_store).ShouldBe(Digest(other));

        Put("a", "2");
        Delete("a");
        other.Apply(2, Command.Encode(CommandKind.Put, new PutRequest { Key = Bytes("a"), Value = Bytes("3") }));
        other.Apply(3, Command.Encode(CommandKind.DeleteRange, new DeleteRangeRequest { Key = Bytes("a") }));
        Digest(_store).ShouldNotBe(Digest(other), "the last states are equal, the histories are not");

        static string Digest(KeyValueStore store) => ContentDigest.Of((KeyValueView)store.View);
    }

    private static ByteString Bytes(string text) => ByteString.CopyFrom(text, Encoding.Latin1);

    private CommandResult Put(string key, string value, bool wantsPrevious = false) => _store.Apply(
        ++_index, Command.Encode(CommandKind.Put, new PutRequest { Key = Bytes(key), Value = Bytes(value), PrevKv = wantsPrevious }));

    private CommandResult Delete(string key, string rangeEnd = "", bool wantsPrevious = false) => _store.Apply(
        ++_index,
        Command.Encode(
            CommandKind.DeleteRange,
            new DeleteRangeRequest { Key = Bytes(key), RangeEnd = Bytes(rangeEnd), PrevKv = wantsPrevious }));

    private Answer Range(string key) => Query(new RangeRequest { Key = Bytes(key) });

    private Answer Query(RangeRequest request) => new(_store.View.Query(Command.Encode(CommandKind.Range, request)));

    /// <summary>A range's result, read once its revision is checked.</summary>
    private sealed record Answer(CommandResult Result)
    {
        public RangeResponse Header(long revision)
        {
            Result.Error.ShouldBeNull();
            Result.Revision.ShouldBe(revision);
            return RangeResponse.Parser.ParseFrom(Result.Payload.Span);
        }
    }
}
