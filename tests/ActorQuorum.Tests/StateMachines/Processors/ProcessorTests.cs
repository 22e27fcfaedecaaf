using System.Text;
using ActorQuorum.StateMachines;
using ActorQuorum.StateMachines.Processors;
using ActorQuorum.Stores;
using Microsoft.Extensions.Logging.Abstractions;

namespace ActorQuorum.Tests.StateMachines.Processors;

[Trait("Row", "CO-2")]
public sealed class ProcessorTests
{
    private const int Failed = 10;
    private static readonly ProcessorHandler Nothing = (_, _) => default;

    [Fact]
    public void A_handler_gets_its_payload_and_its_answer_is_the_result()
    {
        var processing = new Processing(("greet", (_, payload) => $"hello {payload}"));

        var result = processing.Run("greet", "world");

        (result.Code, result.Error, new Bytes(result.Payload).ToString()).ShouldBe((0, null, "hello world"));
    }

    [Fact]
    public void All_writes_of_a_command_are_one_revision_and_its_reads_see_them()
    {
        var processing = new Processing(("move", (store, _) =>
        {
            store.Put("to", store.Get("from")!.Value);
            store.Delete("from").ShouldBeTrue();
            store.Delete("from").ShouldBeFalse();
            store.Get("from").ShouldBeNull();
            store.Revision.ShouldBe(2);
            return string.Join(',', store.Range(StoreRange.All).Select(pair => $"{pair.Key}={pair.Value}"));
        }));
        processing.Put("from", "gold");

        var result = processing.Run("move");

        new Bytes(result.Payload).ToString().ShouldBe("to=gold");
        result.Revision.ShouldBe(3);
        (processing.Value("from"), processing.Value("to")).ShouldBe((null, "gold"));
        (processing.Value("from", 2), processing.Value("to", 2)).ShouldBe(("gold", null));
    }

    [Fact]
    public void A_key_that_is_written_again_and_again_gets_one_version()
    {
        var processing = new Processing(("work", (store, _) =>
        {
            for (var i = 0; i < 5; i++) store.Put("many", $"{i}");
            store.Delete("back");
            store.Put("back", "again");
            store.Put("passing", "x");
            store.Delete("passing");
            store.Put("gone", "x");
            store.Delete("gone");
            return default;
        }));
        processing.Put("back", "first");
        processing.Put("gone", "first");

        processing.Run("work").Revision.ShouldBe(4);

        var many = processing.Find("many")!;
        (many.Value.ToStringUtf8(), many.Version, many.CreateRevision, many.ModRevision).ShouldBe(("4", 1, 4, 4));
        var back = processing.Find("back")!;
        (back.Value.ToStringUtf8(), back.Version, back.CreateRevision, back.ModRevision).ShouldBe(("again", 2, 2, 4));
        (processing.Find("passing"), processing.Find("gone")).ShouldBe((null, null));
        processing.Value("gone", 3).ShouldBe("first");
    }

    [Fact]
    public void A_command_that_changes_nothing_takes_no_revision()
    {
        var processing = new Processing(
            ("read", (store, _) => store.Get("k") ?? default),
            ("vain", (store, _) =>
            {
                store.Put("passing", "x");
                store.Delete("passing");
                return default;
            }));
        processing.Put("k", "v");
        var before = processing.Digest();

        processing.Run("read").Revision.ShouldBe(2);
        processing.Run("vain").Revision.ShouldBe(2);
        processing.Digest().ShouldBe(before);
    }

    [Fact]
    public void What_a_throwing_handler_changed_is_discarded_and_its_text_stays_on_the_node()
    {
        var processing = new Processing(("burn", (store, _) =>
        {
            store.Put("a", "burnt");
            store.Delete("b");
            store.Put("c", "burnt");
            throw new InvalidOperationException("secret of this machine");
        }));
        processing.Put("a", "1");
        processing.Put("b", "2");
        var before = processing.Digest();

        var result = processing.Run("burn");

        (result.Code, result.Revision).ShouldBe((Failed, 3));
        result.Error!.ShouldContain("'burn' failed");
        result.Error!.ShouldNotContain("secret");
        processing.Digest().ShouldBe(before);
        var failure = processing.Failures.ShouldHaveSingleItem();
        (failure.Name, failure.Index, failure.Cause.Message).ShouldBe(("burn", 3, "secret of this machine"));
        processing.Put("a", "goes on");
        (processing.Value("a"), processing.Value("b"), processing.Value("c")).ShouldBe(("goes on", "2", null));
    }

    [Fact]
    public void A_handlers_own_refusal_reaches_the_caller_and_discards_its_changes()
    {
        var processing = new Processing(("pay", (store, _) =>
        {
            store.Put("paid", "yes");
            throw new ProcessorException("not enough money" + new string('!', 2000));
        }));

        var result = processing.Run("pay");

        result.Code.ShouldBe(Failed);
        result.Error!.ShouldStartWith("actorquorum: the processor 'pay' refused: not enough money!");
        result.Error!.Length.ShouldBeLessThan(1100);
        processing.Find("paid").ShouldBeNull();
        processing.Failures.ShouldBeEmpty();
    }

    [Fact]
    public void Past_a_bound_a_command_fails_whatever_its_handler_makes_of_it()
    {
        static Bytes Swallow(Action work)
        {
            try
            {
                work();
            }
            catch (ProcessorException)
            {
                // As a careless handler would.
            }

            return "all is well";
        }

        static string Loop(ProcessorTransaction store)
        {
            while (true) store.Get("k");
        }

        var processing = new Processing(
            ("reads", (store, _) => Swallow(() =>
            {
                store.Put("k", "v");
                for (var i = 0; i < ProcessorTransaction.OperationLimit; i++) store.Get("k");
            })),
            ("writes", (store, _) => Swallow(() =>
            {
                var large = new byte[1 << 20];
                for (var i = 0; i < 17; i++) store.Put($"large{i}", large);
            })),
            ("ranges", (store, _) => Swallow(() =>
            {
                for (var i = 0; i < 400; i++) store.Put($"k{i}", "v");
                for (var i = 0; i < 400; i++) store.Range(StoreRange.All);
            })),
            ("wraps", (store, _) =>
            {
                try
                {
                    return store.Count(StoreRange.All) + Swallow(() => throw new ProcessorException("first")).ToString() + Loop(store);
                }
                catch (ProcessorException e)
                {
                    throw new InvalidOperationException("wrapped", e);
                }
            }),
            ("answers", (store, _) =>
            {
                store.Put("k", "v");
                return new byte[ProcessorTransaction.ResultLimitBytes + 1];
            }));
        var before = processing.Digest();

        string[] errors = [.. new[] { "reads", "writes", "ranges", "wraps", "answers" }.Select(name =>
        {
            var result = processing.Run(name);
            result.Code.ShouldBe(Failed);
            result.Payload.Length.ShouldBe(0);
            return result.Error!;
        })];

        errors[0].ShouldContain("more than 100000 reads and writes");
        errors[1].ShouldContain("more than 16 MiB written");
        errors[2].ShouldContain("more than 100000 reads and writes");
        errors[3].ShouldContain("more than 100000 reads and writes");
        errors[4].ShouldContain("a result over 1 MiB");
        processing.Failures.ShouldBeEmpty();
        processing.Digest().ShouldBe(before);
    }

    [Fact]
    public void What_a_handler_keeps_does_nothing_after_it_has_returned()
    {
        ProcessorTransaction? kept = null;
        var value = "mutable"u8.ToArray();
        var answer = "mutable"u8.ToArray();
        var processing = new Processing(("keep", (store, _) =>
        {
            kept = store;
            store.Put("k", value);
            return answer;
        }));

        var result = processing.Run("keep");
        value[0] = (byte)'X';
        answer[0] = (byte)'X';

        Should.Throw<InvalidOperationException>(() => kept!.Put("k", "later"));
        Should.Throw<InvalidOperationException>(() => kept!.Get("k"));
        processing.Value("k").ShouldBe("mutable");
        new Bytes(result.Payload).ToString().ShouldBe("mutable");
    }

    [Fact]
    public void A_transaction_is_of_one_thread()
    {
        Exception? seen = null;
        var processing = new Processing(("share", (store, _) =>
        {
            var other = new Thread(() => seen = Record.Exception(() => store.Put("k", "v")));
            other.Start();
            other.Join();
            return default;
        }));

        processing.Run("share").Code.ShouldBe(0);

        seen.ShouldBeOfType<InvalidOperationException>();
        processing.Find("k").ShouldBeNull();
    }

    [Fact]
    public void An_empty_key_is_the_handlers_mistake()
    {
        var processing = new Processing(("empty", (store, _) =>
        {
            store.Put(default, "v");
            return default;
        }));

        processing.Run("empty").Code.ShouldBe(Failed);
        processing.Failures.ShouldHaveSingleItem().Cause.ShouldBeOfType<ArgumentException>();
    }

    [Fact]
    public void The_processor_that_a_command_asks_for_is_known_before_it_is_logged()
    {
        IStateMachine store = new Processing(("known", (_, _) => default)).Store;

        store.Objection(ProcessFields.Encode("known", default), out var known).ShouldBeNull();
        store.Objection(ProcessFields.Encode("unknown", default), out var unknown).ShouldBeNull();
        store.Objection(Command.Seal(new byte[2], CommandKind.Put), out var none).ShouldBeNull();
        (known, unknown, none).ShouldBe(("known", "unknown", null));
        store.Objection(ProcessFields.Encode("no name", default), out _)!.Code.ShouldBe(3);
    }

    [Fact]
    public void A_build_names_its_processors_in_order() => ((IStateMachine)new Processing(("b", Nothing), ("a", Nothing), ("B", Nothing)).Store).Processors.ShouldBe(["B", "a", "b"]);

    [Fact]
    public void A_node_has_so_many_processors_and_no_more()
    {
        var builder = new QuorumBuilder();
        for (var i = 0; i < ProcessorSet.CountLimit; i++) builder.AddProcessor($"p{i}", Nothing);

        Should.Throw<InvalidOperationException>(() => builder.AddProcessor("one-more", Nothing)).Message.ShouldBe(
            "A node has 256 processors at most, and 'one-more' is one more: let one processor tell kinds of commands apart by their payload.");
        builder.ToProcessors("n1", NullLogger.Instance).Names.Length.ShouldBe(256);
    }

    [Fact]
    public void A_handler_that_asks_a_node_fails_at_once_and_the_next_one_may_run()
    {
        Exception? seen = null;
        var processing = new Processing(("ask", (store, _) =>
        {
            store.Put("k", "v");
            seen = Record.Exception(ProcessorRun.RefuseWithin);
            ProcessorRun.RefuseWithin();
            return default;
        }));

        processing.Run("ask").Code.ShouldBe(Failed);

        seen.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("A processor asked a node");
        processing.Find("k").ShouldBeNull();
        ProcessorRun.RefuseWithin();
    }

    [Fact]
    public void A_log_that_asks_for_a_processor_that_is_not_there_stops_the_node()
    {
        var processing = new Processing(("known", (_, _) => default));

        var stop = Should.Throw<MissingProcessorException>(() => processing.Run("of-another-build"));

        stop.Message.ShouldContain("entry 1 of the log asks for the processor 'of-another-build'");
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("line\nbreak")]
    [InlineData("ümlaut")]
    [InlineData("a-name-that-is-much-too-long-to-stand-in-a-log-line-as-it-is-12345")]
    public void A_name_that_can_be_none_is_refused_everywhere(string name)
    {
        ProcessorSet.WhyNoName(name)!.ShouldContain("A processor's name has 1 to 64");
        Should.Throw<ArgumentException>(() => new QuorumBuilder().AddProcessor(name, (_, _) => default));
        new Processing().Run(name).Code.ShouldBe(3);
    }

    [Fact]
    public void A_name_is_added_once()
    {
        var builder = new QuorumBuilder().AddProcessor("a", (_, _) => default);
        Should.Throw<ArgumentException>(() => builder.AddProcessor("a", (_, _) => default)).Message.ShouldContain("'a' already");
    }

    [Fact]
    public void Damaged_commands_are_results()
    {
        var processing = new Processing(("a", (_, _) => default));
        foreach (var bytes in new byte[][] { [1, 6], [1, 6, 0x0A], [1, 6, 0x0A, 200], [1, 6, 0x12, 1, 1], [1, 6, 0xFF, 0xFF] })
        {
            var result = processing.Apply(bytes);
            result.Code.ShouldBeOneOf(3, 13);
            result.Revision.ShouldBe(1);
        }
    }

    [Fact]
    public void A_command_is_a_name_and_a_payload_as_protobuf_has_them()
    {
        ProcessFields.Encode("ab", "xyz"u8).ToArray().ShouldBe([1, 6, 0x0A, 2, (byte)'a', (byte)'b', 0x12, 3, .. Encoding.UTF8.GetBytes("xyz")]);
        ProcessFields.Read(ProcessFields.Encode("ab", "xyz"u8)[2..], out var fields).ShouldBeNull();
        (fields.Name, new Bytes(fields.Payload)).ShouldBe(("ab", "xyz"));
    }
}
