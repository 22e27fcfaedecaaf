using System.Buffers.Binary;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using static ActorQuorum.Tests.StateMachines.Txns;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>What a compaction does to the store's memory, to its views, and to its digest.</summary>
[Trait("Row", "RN-2")]
public sealed class CompactionTests
{
    private const int Large = 30_000;

    private readonly KeyValueStore _store = new();

    [Fact]
    public void Only_what_a_read_can_still_see_is_kept()
    {
        for (var i = 0; i < 100; i++)
        {
            Write(Put("a", $"{i}"));
            Write(Put("b", $"{i}"));
        }

        Write(Delete("b"));
        Held().ShouldBe((2, 201));

        Compact(_store, 200).IsSuccess.ShouldBeTrue();
        Held().ShouldBe((2, 5), "of a the version of 200 and the one before, of b what was there at 200, one more, and the tombstone");

        Write(Put("c"));
        Compact(_store, 203).IsSuccess.ShouldBeTrue();
        Held().ShouldBe((2, 2), "a and c; nothing is left of b");
    }

    [Fact]
    public void A_revision_is_compacted_once_and_not_before_it_is_there()
    {
        Write(Put("a"));
        Compact(_store, 3).ShouldBe(Refusal.FutureRevision.At(2));
        Compact(_store, -1).ShouldBe(Refusal.Compacted.At(2));
        Compact(_store, 0).IsSuccess.ShouldBeTrue();
        Compact(_store, 0).ShouldBe(Refusal.Compacted.At(2));
        Compact(_store, 2).IsSuccess.ShouldBeTrue();
        Compact(_store, 1).ShouldBe(Refusal.Compacted.At(2));
        _store.Apply(1, (byte[])[1, (byte)CommandKind.Compact, 8]).ShouldBe(Refusal.NotAMessage.At(2));
    }

    [Fact]
    public void A_large_compaction_counts_at_once_and_is_carried_out_in_bounded_steps()
    {
        var lazy = Overwritten();
        Compact(lazy, Large);
        Query(lazy.View, Get("k", revision: Large - 1)).ShouldBe(Refusal.Compacted.At(Large + 1));

        var left = Held(lazy).Versions;
        left.ShouldBeGreaterThan(Large / 2, "the compaction's own step is bounded");
        var digest = Digest(lazy);
        for (var steps = 0; left > 3; steps++)
        {
            // Reads and writes take turns; each gives a little memory back, and none much.
            _ = steps % 2 == 0 ? lazy.View : (object)DeleteNothing(lazy);
            var now = Held(lazy).Versions;
            (left - now).ShouldBeInRange(1, 200);
            left = now;
        }

        Digest(lazy).ShouldBe(digest, "what was dropped was out of reach before");

        static CommandResult DeleteNothing(KeyValueStore store) =>
            store.Apply(1, Command.Encode(CommandKind.DeleteRange, new DeleteRangeRequest { Key = Bytes("none") }));
    }

    [Fact]
    public void However_much_each_command_leaves_behind_a_compaction_comes_to_its_end()
    {
        var keys = Enumerable.Range(0, 100).Select(key => Put($"{key:00}")).ToArray();
        for (var i = 0; i < 300; i++)
        {
            Write(keys);
        }

        Compact(_store, 300).IsSuccess.ShouldBeTrue();
        Oldest().ShouldBeLessThan(200, "the compaction's own step is bounded");
        for (var i = 0; i < 150; i++)
        {
            Write(keys);
        }

        Oldest().ShouldBe(299, "the version before the compacted revision's own is cut off at the next compaction");

        long Oldest() => _store.Held.All().Min(slot =>
        {
            var version = slot.Newest;
            while (version.Older is { } older)
            {
                version = older;
            }

            return version.ModRevision;
        });
    }

    [Fact]
    public void Stores_are_equal_whenever_they_dropped_and_however_often_they_compacted()
    {
        var script = Gen.ArrayOf(TxnScripts.Txn, 60);
        Prop.ForAll(script.ToArbitrary(), Gen.Choose(1, 30).ToArbitrary(), (txns, behind) =>
        {
            var (often, once) = (new KeyValueStore(), new KeyValueStore());
            foreach (var txn in txns)
            {
                var command = Command.Encode(CommandKind.Txn, txn);
                var result = often.Apply(1, command);
                if (result.IsSuccess)
                {
                    // One that reads the past may be refused where that is compacted; the other store would carry it out.
                    once.Apply(1, command);
                }

                Compact(often, result.Revision - behind);
                _ = often.View;
            }

            var last = ((KeyValueView)often.View).Compacted;
            Compact(once, last);
            Digest(often).ShouldBe(Digest(once));
            if (last > 1)
            {
                Compact(once, last + 1);
                Digest(often).ShouldNotBe(Digest(once), "the compacted revision is a part of the state");
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Fact]
    public void A_view_refuses_what_was_compacted_since_it_was_made()
    {
        Write(Put("a", "1"));
        Write(Put("a", "2"));
        Write(Put("a", "3"));
        var view = _store.View;
        Compact(_store, 3);

        Query(view, Get("a", revision: 2)).ShouldBe(Refusal.Compacted.At(4));
        Ask(view, Do(Get("a", revision: 2))).ShouldBe(Refusal.Compacted.At(4));
        Query(view, Get("a", revision: 3)).IsSuccess.ShouldBeTrue();
        Ask(view, Do(Get("a", revision: 3), Get("a"))).IsSuccess.ShouldBeTrue();
    }

    [Fact]
    public async Task An_old_read_on_another_thread_is_whole_or_refused()
    {
        const int Keys = 40;
        Write([.. Enumerable.Range(0, Keys).Select(key => Put($"{key:00}", "1"))]);
        var latest = _store.View;
        using var stop = new CancellationTokenSource();
        var reads = Enumerable.Range(0, 2).Select(seed => Task.Run(() => ReadOld(new Random(seed)))).ToArray();
        for (var i = 0; i < 4000; i++)
        {
            var revision = Write([.. Enumerable.Range(0, Keys).Select(key => Put($"{key:00}", "1"))]).Revision;
            Volatile.Write(ref latest, _store.View);
            Compact(_store, revision - 3);
        }

        await stop.CancelAsync();
        var counts = await Task.WhenAll(reads);
        counts.Sum(count => count.Whole).ShouldBeGreaterThan(0);

        // Every revision wrote every key: a read at it finds them all at just that revision.
        (int Whole, int Refused) ReadOld(Random random)
        {
            int whole = 0, refused = 0;
            do
            {
                var view = (KeyValueView)Volatile.Read(ref latest);
                var revision = Math.Max(2, view.Revision - random.Next(1, 4));
                var result = Query(view, Get("\0", ToTheEnd, revision));
                refused += result.Code == 11 ? 1 : 0;
                if (result.IsSuccess)
                {
                    var response = RangeResponse.Parser.ParseFrom(result.Payload.Span);
                    response.Kvs.Count.ShouldBe(Keys);
                    response.Kvs.ShouldAllBe(kv => kv.ModRevision == revision);
                    whole++;
                }
            }
            while (!stop.IsCancellationRequested);
            return (whole, refused);
        }
    }

    [Fact]
    public void A_key_that_lives_again_outlives_its_tombstone()
    {
        Write(Put("a", "1"));
        Write(Delete("a"));
        Write(Put("a", "2"));
        Compact(_store, 4).IsSuccess.ShouldBeTrue();
        RangeResponse.Parser.ParseFrom(Query(_store.View, Get("a")).Payload.Span).Kvs.ShouldHaveSingleItem().Version.ShouldBe(1);
        Write(Delete("a"));
        Write(Put("b"));
        Compact(_store, 6).IsSuccess.ShouldBeTrue();
        Held().ShouldBe((1, 1));
    }

    private static KeyValueStore Overwritten()
    {
        var store = new KeyValueStore();
        var value = new byte[4];
        for (var i = 0; i < Large; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(value, i);
            store.Apply(1, Command.Encode(CommandKind.Put, new PutRequest { Key = Bytes("k"), Value = ByteString.CopyFrom(value) }));
        }

        return store;
    }

    private static CommandResult Compact(KeyValueStore store, long revision) =>
        store.Apply(1, Command.Encode(CommandKind.Compact, new CompactionRequest { Revision = revision }));

    private static CommandResult Query(IStateView view, RequestOp range) =>
        view.Query(Command.Encode(CommandKind.Range, range.RequestRange));

    private static CommandResult Ask(IStateView view, TxnRequest txn) => view.Query(Command.Encode(CommandKind.Txn, txn));

    private static string Digest(KeyValueStore store) => ContentDigest.Of((KeyValueView)store.View);

    /// <summary>How many keys and versions are in memory.</summary>
    private static (int Keys, int Versions) Held(KeyValueStore store)
    {
        int keys = 0, versions = 0;
        foreach (var slot in store.Held.All())
        {
            keys++;
            for (var version = slot.Newest; version is not null; version = version.Older)
            {
                versions++;
            }
        }

        return (keys, versions);
    }

    private (int Keys, int Versions) Held() => Held(_store);

    private CommandResult Write(params RequestOp[] operations)
    {
        var result = _store.Apply(1, Command.Encode(CommandKind.Txn, Do(operations)));
        result.IsSuccess.ShouldBeTrue(result.Error);
        return result;
    }
}
