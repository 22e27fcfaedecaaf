using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Etcd;
using ActorQuorum.Storage;
using FsCheck;
using FsCheck.Fluent;
using static ActorQuorum.Tests.StateMachines.Txns;

namespace ActorQuorum.Tests.StateMachines;

/// <summary>A store is written to a snapshot and read back: nothing that can be read is lost, and both go the same way from there.</summary>
[Trait("Row", "RP-8")]
public sealed class StateSnapshotTests
{
    private static readonly Gen<ReadOnlyMemory<byte>> s_command = Gen.Frequency(
        (8, TxnScripts.Txn.Select(txn => Command.Encode(CommandKind.Txn, txn))),
        (1, Gen.Choose(0, 60).Select(revision => Command.Encode(CommandKind.Compact, new CompactionRequest { Revision = revision }))));

    [Fact]
    public void A_restored_store_equals_the_one_that_was_written_and_goes_the_same_way()
    {
        var compacted = 0;
        Prop.ForAll(Gen.ArrayOf(s_command, 120).ToArbitrary(), Gen.ArrayOf(s_command, 40).ToArbitrary(), (before, after) =>
        {
            var store = new KeyValueStore();
            foreach (var command in before)
            {
                store.Apply(1, command);
            }

            var restored = Restored(StateStream.Of(store));
            Digest(restored).ShouldBe(Digest(store));
            compacted += ((KeyValueView)store.View).Compacted > 1 ? 1 : 0;
            foreach (var command in after)
            {
                var (expected, result) = (store.Apply(2, command), restored.Apply(2, command));
                (result.Code, result.Error, result.Revision).ShouldBe((expected.Code, expected.Error, expected.Revision));
                result.Payload.ToArray().ShouldBe(expected.Payload.ToArray());
            }

            Digest(restored).ShouldBe(Digest(store));
            CompactAll(store);
            CompactAll(restored);
            Held(restored).ShouldBe(Held(store), "what was replaced before the snapshot is dropped after it, too");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
        compacted.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void What_is_written_is_the_state_of_the_capture_however_the_store_goes_on()
    {
        var store = Filled(5_000);
        Compact(store, 300);
        var digest = Digest(store);
        using var capture = store.Capture();
        var stream = new StateStream();
        var steps = 0;
        for (var more = true; more; steps++)
        {
            more = capture.WriteSome(stream, 1_000);
            for (var i = 0; i < 50; i++)
            {
                Run(store, Put($"k{(steps + (i * 7)) % 900:000}", $"later{i}"));
                Run(store, Delete($"k{(steps * 13) % 900:000}"));
            }

            Compact(store, store.Revision - 20);
        }

        steps.ShouldBeGreaterThan(20);
        Digest(Restored(stream)).ShouldBe(digest);
    }

    [Fact]
    public void What_a_capture_held_is_given_back_after_it()
    {
        var store = Filled(2_000);
        var capture = store.Capture();
        Compact(store, store.Revision);
        for (var i = 0; i < 1_000; i++)
        {
            _ = store.View;
        }

        Held(store).Versions.ShouldBe(2_000, "nothing is dropped that the snapshot is about to write");
        capture.Dispose();
        capture.Dispose();
        for (var i = 0; i < 1_000; i++)
        {
            _ = store.View;
        }

        Held(store).Versions.ShouldBe(901, "the newest of each key, and what was before the last change");
    }

    [Fact]
    public void A_capture_is_written_in_pieces_not_much_larger_than_asked_for()
    {
        var store = Filled(5_000);
        using var capture = store.Capture();
        var stream = new StateStream();
        for (var before = 0L; capture.WriteSome(stream, 256); before = stream.WrittenBytes)
        {
            (stream.WrittenBytes - before).ShouldBeInRange(256, 400);
        }
    }

    [Fact]
    public void Nothing_changes_before_the_whole_state_is_read_and_installed()
    {
        var store = Filled(10);
        var digest = Digest(store);
        var stream = StateStream.Of(Filled(2_000)).Bytes;

        var cut = store.BeginRestore();
        Should.Throw<SnapshotDamagedException>(() => cut.Read(new StateStream(stream[..^1])));
        Should.Throw<InvalidOperationException>(cut.Install);
        var whole = store.BeginRestore();
        whole.Read(new StateStream(stream));
        var view = store.View;
        Digest(store).ShouldBe(digest);

        whole.Install();
        Digest(store).ShouldBe(Digest(Filled(2_000)));
        ContentDigest.Of((KeyValueView)view).ShouldBe(digest, "who reads the state of before goes on doing so");
    }

    [Theory]
    [InlineData("2 2 0 0 0", "format 2")]
    [InlineData("1 0 0 0 0", "do not fit together")]
    [InlineData("1 5 7 0 0", "do not fit together")]
    [InlineData("1 5 0 1 0", "0 keys are live, but 1 are stated")]
    [InlineData("1 5 0 1 99 0", "a key is to have 98 bytes")]
    [InlineData("1 5 0 1 2 97 0 0", "a key has no version")]
    [InlineData("1 5 0 1 2 97 2 2 1 99", "a value is to have 99 bytes")]
    [InlineData("1 5 0 1 2 97 6 6 1 0 0 0", "a version of revision 6 lies below one of 5")]
    [InlineData("1 5 0 1 2 97 2 2 1 0 3 3 1 0 0 0", "a version of revision 3 lies below one of 2")]
    [InlineData("1 5 0 1 2 97 2 3 1 0 0 0", "create revision 3")]
    [InlineData("1 5 0 1 2 97 2 0 1 0 0 0", "create revision 0")]
    [InlineData("1 5 0 0 2 97 2 2 0 0 0 0", "create revision 2")]
    [InlineData("1 5 0 2 2 98 2 2 1 0 0 2 97 2 2 1 0 0 0", "ascending")]
    [InlineData("1 5 0 2 2 97 2 2 1 0 0 2 97 2 2 1 0 0 0", "ascending")]
    [InlineData("1 255 255 255 255 255 255 255 255 255 1", "more than 9 bytes")]
    public void A_state_that_cannot_be_is_refused(string bytes, string why)
    {
        var stream = new StateStream([.. bytes.Split(' ').Select(byte.Parse)]);
        Should.Throw<SnapshotDamagedException>(() => new KeyValueStore().BeginRestore().Read(stream)).What.ShouldContain(why);
    }

    [Fact]
    public void No_damage_makes_the_reader_throw_anything_else()
    {
        var whole = StateStream.Of(Filled(300)).Bytes;
        var random = new System.Random(7);
        for (var i = 0; i < 3_000; i++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                new KeyValueStore().BeginRestore().Read(new StateStream(damaged));
            }
            catch (SnapshotDamagedException)
            {
            }
        }
    }

    private static KeyValueStore Restored(StateStream stream)
    {
        var store = new KeyValueStore();
        var restore = store.BeginRestore();
        restore.Read(stream);
        stream.MostRemainingBytes.ShouldBe(0);
        restore.Install();
        return store;
    }

    private static KeyValueStore Filled(int puts)
    {
        var store = new KeyValueStore();
        for (var i = 0; i < puts; i++)
        {
            Run(store, Put($"k{i % 900:000}", $"value{i}"));
        }

        return store;
    }

    private static void Run(KeyValueStore store, RequestOp operation) => store.Apply(1, Command.Encode(CommandKind.Txn, Do(operation)));

    private static void Compact(KeyValueStore store, long revision) =>
        store.Apply(1, Command.Encode(CommandKind.Compact, new CompactionRequest { Revision = revision })).IsSuccess.ShouldBeTrue();

    private static void CompactAll(KeyValueStore store)
    {
        store.Apply(1, Command.Encode(CommandKind.Compact, new CompactionRequest { Revision = store.Revision }));
        for (var i = 0; i < 100; i++)
        {
            _ = store.View;
        }
    }

    private static string Digest(KeyValueStore store) => ContentDigest.Of((KeyValueView)store.View);

    private static (int Keys, int Versions) Held(KeyValueStore store)
    {
        var versions = 0;
        var slots = store.Held.All().ToList();
        foreach (var slot in slots)
        {
            for (var version = slot.Newest; version is not null; version = version.Older)
            {
                versions++;
            }
        }

        return (slots.Count, versions);
    }
}
